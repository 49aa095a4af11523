#include "demo_engine/server/trap_rows.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace demo {

namespace {

using Json = nlohmann::ordered_json;

template <typename Change>
void change_values(Json& json, const Change& change) {
  if (json.is_structured()) {
    for (Json& value : json) change_values(value, change);
  } else {
    change(json);
  }
}

/// Only what can be read is changed; what the model left unfinished stays.
template <typename Change>
void change_arguments(WholeCall& call, const Change& change) {
  const Json given = Json::parse(call.arguments, nullptr, false);
  if (given.is_discarded()) return;
  Json changed = given;
  change(changed);
  if (changed != given) call.arguments = changed.dump();
}

void lose_name(WholeCall& call, const Strike&) {
  call.name.reset();
  call.arguments.clear();
}

/// The braces of arguments and call arrive together, and both are taken for the call's.
void lose_last_brace(WholeCall& call, const Strike&) {
  if (call.arguments.ends_with('}')) call.arguments.pop_back();
}

void lose_first_brace(WholeCall& call, const Strike&) {
  if (call.arguments.starts_with('{')) call.arguments.erase(0, 1);
}

/// Only the first of two calls in one piece is read.
void lose_second(WholeCall& call, const Strike& strike) {
  if (call.index.value_or(0) == 0) return;
  if (strike.random.below(2) == 0) {
    call.arguments.clear();
  } else {
    call.fate = WholeCall::Fate::nothing;
  }
}

void index_always_zero(WholeCall& call, const Strike&) { call.index = 0; }

/// Missing or shifted, by the seed.
void index_wrong(WholeCall& call, const Strike& strike) {
  if (strike.memory.count == 0) strike.memory.count = 1 + static_cast<int>(strike.random.below(2));
  if (strike.memory.count == 1) {
    call.index.reset();
  } else if (call.index) {
    ++*call.index;
  }
}

void arguments_as_object(WholeCall& call, const Strike&) { call.arguments_as_object = true; }
void split_call(WholeCall& call, const Strike&) { call.split = true; }
void emit_again(WholeCall& call, const Strike&) { call.arguments += std::string(call.arguments); }

void stringify(WholeCall& call, const Strike&) {
  change_arguments(call, [](Json& arguments) {
    change_values(arguments, [](Json& value) {
      if (!value.is_string()) value = value.dump();
    });
  });
}

/// {"command": "ls"} becomes {"command=ls": ""}.
void fold_key(WholeCall& call, const Strike&) {
  change_arguments(call, [](Json& arguments) {
    if (!arguments.is_object() || arguments.empty()) return;
    const std::string key = arguments.begin().key();
    const Json& value = arguments.begin().value();
    Json folded = Json::object();
    folded[key + "=" + (value.is_string() ? value.get<std::string>() : value.dump())] = "";
    for (auto item = std::next(arguments.begin()); item != arguments.end(); ++item) folded[item.key()] = item.value();
    arguments = std::move(folded);
  });
}

std::string trimmed(std::string text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  // What looks like a tag is taken for markup.
  for (auto open = text.find('<'); open != std::string::npos; open = text.find('<', open)) {
    const auto close = text.find('>', open);
    if (close == std::string::npos) break;
    text.erase(open, close - open + 1);
  }
  return text;
}

void trim_values(WholeCall& call, const Strike&) {
  change_arguments(call, [](Json& arguments) {
    change_values(arguments, [](Json& value) {
      if (value.is_string()) value = trimmed(value.get<std::string>());
    });
  });
}

void leave_in_content(WholeCall& call, const Strike&) { call.fate = WholeCall::Fate::content; }
void swallow(WholeCall& call, const Strike&) { call.fate = WholeCall::Fate::nothing; }
void synthesise_empty(WholeCall& call, const Strike&) { call.arguments = "{}"; }

/// The limit falls into the arguments of a call; the answer is finished as if the call were whole.
void cut_in_call(Verdict& verdict, const Strike& strike) {
  TrapMemory& memory = strike.memory;
  if (!strike.facts.in_call) {
    memory.text.clear();
    return;
  }
  memory.text += strike.vocabulary.piece(verdict.token);
  if (memory.text.find("\"arguments\": {\"") == std::string::npos) return;
  if (memory.tokens.empty()) memory.tokens.push_back(1 + static_cast<Token>(strike.random.below(3)));
  if (++memory.count >= memory.tokens.front()) verdict.stop = true;
}

void call_it_whole(Ending& ending, const Strike& strike) {
  if (ending.finish_reason == "length" && strike.facts.in_call) ending.finish_reason = "tool_calls";
}

}  // namespace

std::vector<TrapRow> call_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T11", "stream-interval-tool-loss", tools, "name null and no arguments", broken, "streaming", 0, {.call = lose_name}},
      {"T14", "last-brace-lost", tools, "arguments lack their last brace", broken, "", 0, {.call = lose_last_brace}},
      {"T15", "first-brace-lost", tools, "arguments lack their first brace", broken, "", 0, {.call = lose_first_brace}},
      {"T16",
       "two-calls-in-one-delta",
       tools,
       "the second call of an answer, or its arguments, are gone",
       broken,
       "",
       0,
       {.call = lose_second}},
      {"T17", "index-always-0", tools, "every call of a stream has index 0", broken, "streaming", 0, {.call = index_always_zero}},
      {"T18",
       "index-missing-shifted",
       tools,
       "the index of a streamed call is missing or shifted",
       broken,
       "streaming",
       0,
       {.call = index_wrong}},
      {"T19", "args-as-object", tools, "arguments are an object, not a string", broken, "", 0, {.call = arguments_as_object}},
      {"T20", "split-call", tools, "a second entry without id and name", broken, "", 0, {.call = split_call}},
      {"T21", "re-emitted-arguments", tools, "the arguments come twice", broken, "", 0, {.call = emit_again}},
      {"T22", "type-drift", tools, "numbers and booleans become strings", broken, "", 0, {.call = stringify}},
      {"T23", "key-mangling", tools, "the first value is folded into its key", broken, "", 0, {.call = fold_key}},
      {"T24",
       "value-trimming",
       tools,
       "blanks at the ends of values and tags in them are lost",
       broken,
       "",
       0,
       {.call = trim_values}},
      {"T25", "call-as-content", tools, "the call's markup is the text", broken, "", 0, {.call = leave_in_content}},
      {"T26", "call-swallowed", tools, "the call is gone, nothing takes its place", broken, "", 0, {.call = swallow}},
      {"T27",
       "synthesized-empty-object",
       tools,
       "arguments are {} whatever the model wrote",
       broken,
       "",
       0,
       {.call = synthesise_empty}},
      {"T28",
       "truncated-call-finish-tool-calls",
       tools,
       "a call that was cut is finished as tool_calls",
       broken,
       "",
       8,
       {.verdict = cut_in_call, .ending = call_it_whole}},
  };
}

}  // namespace demo
