#include "gate/depth_prompts.hpp"

#include "core/rng.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr double characters_per_token = 2.6;  ///< of lines with names and numbers; most tokenizers need more characters
const std::string preface = "This is the log of a shipping office.\n\n";
constexpr double needle_at = 0.35;  ///< of the text: neither at its start nor near the question

constexpr std::array<std::string_view, 12> harbours = {"Bergen", "Riga",  "Lisbon", "Cork",  "Trieste", "Gdansk",
                                                       "Porto",  "Turku", "Split",  "Malmo", "Genoa",   "Hull"};
constexpr std::array<std::string_view, 10> goods = {"copper wire", "dried apples", "window glass", "linen",    "roof tiles",
                                                    "candles",     "oak planks",   "rye flour",    "tin cups", "rope"};
constexpr std::array<std::string_view, 8> people = {"Ingrid", "Tomas", "Marta", "Olaf", "Elena", "Pavel", "Nora", "Luis"};

template <std::size_t N>
std::string_view any(Rng& rng, const std::array<std::string_view, N>& list) {
  return list[rng.below(N)];
}

std::string log_line(Rng& rng, int number) {
  const std::string_view harbour = any(rng, harbours);
  const std::string_view cargo = any(rng, goods);
  const auto crates = 2 + rng.below(90);
  return fmt::format("Entry {}: {} reports {} crates of {}, checked by {}.\n", number, harbour, crates, cargo, any(rng, people));
}

/// A harbour's log of so many characters with the needle in it, if there is one.
std::string log_with(Rng& rng, std::size_t characters, const std::string& needle) {
  std::string text;
  bool placed = false;
  for (int number = 1; text.size() < characters; ++number) {
    if (!placed && !needle.empty() && static_cast<double>(text.size()) >= needle_at * static_cast<double>(characters)) {
      text += needle + "\n";
      placed = true;
    }
    text += log_line(rng, number);
  }
  return text;
}

Prompt asked(const std::string& id, const std::string& log, const std::string& question) {
  Prompt prompt;
  prompt.id = id;
  prompt.prompt_class = depth_class;
  const std::string content = preface + log + "\n" + question;
  prompt.messages_json = Json::array({{{"role", "user"}, {"content", content}}}).dump();
  prompt.max_tokens = 160;
  return prompt;
}

Prompt said(Rng& rng, std::int64_t depth, std::size_t characters) {
  const std::string code = fmt::format("{}{}", 1000 + rng.below(9000), static_cast<char>('A' + static_cast<int>(rng.below(26))));
  const std::string needle = fmt::format("The access code of the lighthouse is {}.", code);
  Prompt prompt = asked(fmt::format("depth-{}", depth), log_with(rng, characters, needle),
                        "What is the access code of the lighthouse? Answer with one sentence.");
  prompt.expect.contains = {code};
  return prompt;
}

Prompt passed(Rng& rng, std::int64_t depth, std::size_t characters) {
  const std::string code = fmt::format("{}", 100000 + rng.below(900000));
  const std::string name(any(rng, people));
  const std::string needle = fmt::format("The number of the missing parcel is {}.", code);
  Prompt prompt = asked(fmt::format("depth-tools-{}", depth), log_with(rng, characters, needle),
                        fmt::format("Report the missing parcel to {} with its number.", name));
  const Json properties = {{"to", {{"type", "string"}, {"description", "Name of the person"}}},
                           {"parcel", {{"type", "string"}, {"description", "Number of the parcel"}}}};
  const Json parameters = {{"type", "object"}, {"properties", properties}, {"required", {"to", "parcel"}}};
  const Json function = {{"name", "report_parcel"}, {"description", "Report a missing parcel"}, {"parameters", parameters}};
  prompt.tools_json = Json::array({{{"type", "function"}, {"function", function}}}).dump();
  const Json arguments = {{"to", name}, {"parcel", code}};
  prompt.expect.calls = {{"report_parcel", arguments.dump()}};
  return prompt;
}

}  // namespace

bool is_deep(const Prompt& prompt) { return prompt.prompt_class == depth_class; }

std::string depth_text(std::uint64_t seed, std::size_t characters) {
  Rng rng(derived_seed(seed, "depth text"));
  return preface + log_with(rng, characters, "");
}

std::vector<Prompt> depth_prompts(std::uint64_t seed, const std::vector<std::int64_t>& depths) {
  std::vector<Prompt> prompts;
  for (const std::int64_t depth : depths) {
    Rng rng(derived_seed(seed, fmt::format("depth {}", depth)));
    const auto characters = static_cast<std::size_t>(static_cast<double>(depth) * characters_per_token);
    prompts.push_back(said(rng, depth, characters));
    prompts.push_back(passed(rng, depth, characters));
  }
  return prompts;
}

}  // namespace sweetspot
