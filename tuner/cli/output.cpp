#include "cli/output.hpp"

#include "core/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace sweetspot {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t file_bytes_max = 64 << 20;

}  // namespace

void write_result(const Options& options, Context& context, const std::string& text) {
  if (options.output.empty() || options.output == "-") {
    context.out << text << std::flush;
    return;
  }
  const fs::path path = options.output;
  // Written beside and renamed, so that a full disk leaves the old result; a device or a pipe cannot be replaced.
  std::error_code error;
  const auto state = fs::status(path, error);
  const bool in_place = fs::exists(state) && !fs::is_regular_file(state);
  const fs::path target = in_place ? path : fs::path{path.string() + ".part"};
  std::ofstream file{target, std::ios::binary | std::ios::trunc};
  file << text << std::flush;
  const bool written = file.good();
  file.close();
  error.clear();
  if (written && !in_place) fs::rename(target, path, error);
  if (!written || error) {
    std::error_code ignored;
    if (!in_place) fs::remove(target, ignored);
    throw Error{fmt::format("--output: cannot write {}", path.string()),
                "look at the folder, its permissions and the free space"};
  }
  if (!options.quiet) context.err << fmt::format("wrote {}\n", path.string());
}

std::string read_named_file(const fs::path& path, const std::string& option) {
  std::error_code error;
  if (!fs::exists(path, error)) throw Error{fmt::format("{}: there is no file {}", option, path.string()), "check the path"};
  if (fs::is_directory(path, error)) throw Error{fmt::format("{}: {} is a folder", option, path.string()), "name a file in it"};
  if (fs::is_regular_file(path, error) && fs::file_size(path, error) > file_bytes_max)
    throw Error{fmt::format("{}: {} is larger than 64 MiB", option, path.string()), "check that it is the right file"};
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error{fmt::format("{}: cannot read {}", option, path.string()), "look at its permissions"};
  return text.str();
}

}  // namespace sweetspot
