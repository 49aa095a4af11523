#include "backends/api.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace sweetspot {
namespace {

constexpr std::array<std::pair<std::string_view, Api>, 4> words{
    {{"chat", Api::chat}, {"messages", Api::messages}, {"responses", Api::responses}, {"anthropic", Api::messages}}};

}  // namespace

std::string_view to_string(Api api) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& entry) { return entry.second == api; });
  return found->first;
}

Api api_from(const std::string& word) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& entry) { return entry.first == word; });
  if (found != words.end()) return found->second;
  std::vector<std::string> names;
  names.reserve(words.size());
  for (const auto& [name, api] : words) names.emplace_back(name);
  throw Error{"there is no API '" + escape_control(word) + "'",
              did_you_mean(word, names, "name some of chat, messages (Anthropic's), responses")};
}

std::vector<Api> apis_from(const std::string& list) {
  std::set<Api> apis;
  for (std::size_t start = 0; start <= list.size();) {
    const auto end = std::min(list.find(',', start), list.size());
    apis.insert(api_from(list.substr(start, end - start)));
    start = end + 1;
  }
  return {apis.begin(), apis.end()};
}

}  // namespace sweetspot
