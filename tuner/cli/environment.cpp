#include "cli/environment.hpp"

#include "cli/found_here.hpp"

namespace sweetspot {

std::string Environment::search_path() const {
  const std::string path = variable("PATH");
  const std::string own = program_folder.empty() || path.empty() ? path + program_folder : path + ":" + program_folder;
  return program_search_path(surroundings(*this), own);
}

}  // namespace sweetspot
