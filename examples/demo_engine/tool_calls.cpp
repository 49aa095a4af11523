#include "demo_engine/tool_calls.hpp"

#include "demo_engine/arguments.hpp"
#include "demo_engine/wording.hpp"

#include <algorithm>
#include <optional>

namespace demo {
namespace {

constexpr double name_weight = 3;
constexpr double description_weight = 1;
constexpr double score_least = 1.9;  // a word of the name, or two of the description
constexpr std::size_t calls_max = 16;

/// How often the word stands in the tools: what all of them have tells nothing.
double rarity(const std::string& word, const std::vector<Tool>& tools) {
  int holders = 0;
  for (const Tool& tool : tools) {
    const std::vector<std::string> words = plain_words(tool.name + " " + tool.description);
    holders += std::ranges::any_of(words, [&](const std::string& own) { return same_stem(own, word); }) ? 1 : 0;
  }
  return holders <= 1 ? 1.0 : 1.0 / holders;
}

double fit(const Tool& tool, const std::vector<Tool>& tools, const std::vector<std::string>& request) {
  double score = 0;
  const auto asked = [&](const std::string& word) {
    return std::ranges::any_of(request, [&](const std::string& one) { return same_stem(one, word); });
  };
  const auto add = [&](std::vector<std::string> words, double weight) {
    std::ranges::sort(words);
    words.erase(std::ranges::unique(words).begin(), words.end());
    for (const std::string& word : words) {
      if (!is_function_word(word) && asked(word)) score += weight * (0.5 + 0.5 * rarity(word, tools));
    }
  };
  add(plain_words(tool.name), name_weight);
  add(plain_words(tool.description), description_weight);
  return score;
}

struct Match {
  const Tool* tool = nullptr;
  double score = 0;
};

Match best_tool(std::string_view wish, const std::vector<Tool>& tools) {
  const auto verbatim = verbatim_in(wish);
  const std::vector<std::string> words = plain_words(wish.substr(0, verbatim ? verbatim->at : wish.size()));
  Match best;
  for (const Tool& tool : tools) {
    const double score = fit(tool, tools, words);
    if (best.tool == nullptr || score > best.score) best = {&tool, score};
  }
  return best;
}

/// Where a sentence that is a wish of its own begins: "Also ...", "Then ...", "and set a timer" when that is another tool.
std::vector<std::string> wishes_of(std::string_view request, const std::vector<Tool>& tools) {
  std::vector<std::string> wishes;
  if (verbatim_in(request)) return {std::string(request)};
  std::size_t begin = 0;
  const std::vector<Value> values = values_in(request);
  const auto inside_quote = [&](std::size_t at) {
    return std::ranges::any_of(values, [&](const Value& v) { return v.kind == Value::Kind::quoted && v.at < at && at < v.end; });
  };
  const auto is_cut = [&](std::size_t at, std::string_view mark) {
    if (inside_quote(at)) return false;
    const Match left = best_tool(request.substr(begin, at - begin), tools);
    const Match right = best_tool(request.substr(at + mark.size()), tools);
    return left.score >= score_least && right.score >= score_least && (mark.front() != ' ' || left.tool != right.tool);
  };
  for (std::size_t at = 0; at < request.size(); ++at) {
    for (const std::string_view mark : {". ", "? ", "! ", "; ", ".\n", "?\n", " and ", ", "}) {
      if (!request.substr(at).starts_with(mark) || !is_cut(at, mark == ", " ? " " : mark)) continue;
      wishes.emplace_back(request.substr(begin, at + 1 - begin));
      begin = at + mark.size();
      break;
    }
  }
  wishes.emplace_back(request.substr(begin));
  return wishes;
}

/// The names that are listed with one that was used: "in Rome, Madrid and Vienna" asks three times.
std::vector<const Value*> listed_with(const std::vector<Value>& values, std::string_view wish) {
  std::vector<const Value*> others;
  const Value* used = nullptr;
  for (const Value& value : values) {
    if (value.kind != Value::Kind::name && value.kind != Value::Kind::path && value.kind != Value::Kind::quoted) continue;
    if (value.used) used = &value;
    if (value.used || used == nullptr || value.kind != used->kind) continue;
    const Value& last = others.empty() ? *used : *others.back();
    const std::string_view between = wish.substr(last.end, value.at - last.end);
    if (between.size() <= 16 && contains_any(between, {" and ", ", "})) others.push_back(&value);
  }
  return others;
}

void add_calls(std::vector<PlannedCall>& calls, const Tool& tool, std::string_view wish) {
  std::vector<Value> values = values_in(wish);
  calls.push_back({tool.name, arguments_for(tool.parameters, wish, values)});
  for (const Value* other : listed_with(values, wish)) {
    // The same request with the other name in the place of the used one.
    std::vector<Value> again = values_in(wish);
    for (Value& value : again) {
      if (value.kind == other->kind && value.at < other->at) value.used = true;
    }
    if (calls.size() < calls_max) calls.push_back({tool.name, arguments_for(tool.parameters, wish, again)});
  }
}

}  // namespace

std::vector<PlannedCall> calls_for(std::string_view request, const std::vector<Tool>& tools, bool must_call) {
  std::vector<PlannedCall> calls;
  if (tools.empty()) return calls;
  for (const std::string& wish : wishes_of(request, tools)) {
    const Match match = best_tool(wish, tools);
    if (match.score >= score_least && calls.size() < calls_max) add_calls(calls, *match.tool, wish);
  }
  if (calls.empty() && must_call) add_calls(calls, *best_tool(request, tools).tool, request);
  return calls;
}

std::string call_text(const PlannedCall& call) {
  return "{\"name\": " + json_string(call.name) + ", \"arguments\": " + call.arguments + "}";
}

}  // namespace demo
