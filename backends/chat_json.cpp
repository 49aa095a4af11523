#include "backends/chat_json.hpp"

#include "backends/printable.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace sweetspot {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t faults_kept = 50;
constexpr std::size_t quote_bytes = 120;
constexpr std::size_t error_bytes = 4000;

class TooDeep final : public std::exception {};

const Json* value_at(const Json& document, const std::string& pointer);
std::optional<std::int64_t> count_field(const Json& object, const std::string& name, RequestSample& sample);
std::string bytes_of(const Json& entry);

}  // namespace

Json strict_json(std::string_view text, std::string& problem) {
  const auto limit_depth = [](int depth, Json::parse_event_t event, Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= limits::json_depth) throw TooDeep{};
    return true;
  };
  // Asking at every value takes half as long again as parsing, and a document with few brackets cannot be deep.
  const auto brackets = std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '['; });
  try {
    if (brackets < limits::json_depth) return Json::parse(text.begin(), text.end());
    return Json::parse(text.begin(), text.end(), limit_depth);
  } catch (const TooDeep&) {
    problem = fmt::format("nested more than {} deep", limits::json_depth);
  } catch (const Json::exception&) {
    problem = valid_utf8(text) ? "not JSON" : "not valid UTF-8";
  }
  return Json(Json::value_t::discarded);
}

void note_fault(RequestSample& sample, const std::string& sentence) {
  auto& faults = sample.protocol_faults;
  if (faults.size() >= faults_kept || std::find(faults.begin(), faults.end(), sentence) != faults.end()) return;
  faults.push_back(sentence);
}

void read_counters(const EngineDescriptor::Protocol& protocol, const Json& document, RequestSample& sample) {
  if (const Json* usage = value_at(document, protocol.usage_pointer); usage != nullptr && usage->is_object()) {
    if (const auto count = count_field(*usage, "prompt_tokens", sample)) sample.usage.prompt_tokens = count;
    if (const auto count = count_field(*usage, "completion_tokens", sample)) sample.usage.completion_tokens = count;
    const auto details = usage->find("prompt_tokens_details");
    if (details != usage->end() && details->is_object()) {
      if (const auto count = count_field(*details, "cached_tokens", sample)) sample.usage.cached_tokens = count;
    }
  }
  const Json* timings = value_at(document, protocol.timings_pointer);
  if (timings == nullptr || !timings->is_object()) return;
  const auto value = [&](const char* ours) -> const Json* {
    const auto theirs = protocol.timings.find(ours);
    if (theirs == protocol.timings.end()) return nullptr;
    const auto found = timings->find(theirs->second);
    return found != timings->end() && found->is_number() ? &*found : nullptr;
  };
  if (const Json* found = value("prompt_ms")) sample.timings.prompt_ms = found->get<double>();
  if (const Json* found = value("predicted_ms")) sample.timings.predicted_ms = found->get<double>();
  if (const Json* found = value("prompt_n")) sample.timings.prompt_n = found->get<std::int64_t>();
  if (const Json* found = value("predicted_n")) sample.timings.predicted_n = found->get<std::int64_t>();
  if (const Json* found = value("cache_n")) sample.timings.cache_n = found->get<std::int64_t>();
  if (const Json* found = value("draft_n")) sample.timings.draft_n = found->get<std::int64_t>();
  if (const Json* found = value("draft_n_accepted")) sample.timings.draft_n_accepted = found->get<std::int64_t>();
}

std::string error_text(const Json& document) {
  if (!document.is_object()) return {};
  const auto error = document.find("error");
  if (error == document.end() || error->is_null()) return {};
  return shortened(printable(error->is_string() ? error->get<std::string>() : error->dump()), error_bytes);
}

void take_finish_reason(const Json& choice, RequestSample& sample) {
  const std::string reason = text_field(choice, "finish_reason", sample);
  if (reason.empty()) return;
  if (!sample.finish_reason.empty()) note_fault(sample, "finish_reason came twice");
  static constexpr std::string_view known[] = {"stop", "length", "tool_calls", "content_filter", "function_call"};
  if (std::find(std::begin(known), std::end(known), reason) == std::end(known)) {
    note_fault(sample, fmt::format("unknown finish_reason {}", excerpt(reason)));
  }
  sample.finish_reason = reason;
}

std::string text_field(const Json& object, const std::string& name, RequestSample& sample) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  note_fault(sample, fmt::format("{} is no string but {}", name, excerpt(found->dump())));
  return {};
}

std::string reasoning_of(const EngineDescriptor::Protocol& protocol, const Json& object, RequestSample& sample) {
  std::string_view names = protocol.reasoning_field;
  while (!names.empty()) {
    const auto end = std::min(names.find('|'), names.size());
    const std::string thoughts = text_field(object, std::string(names.substr(0, end)), sample);
    if (!thoughts.empty()) return thoughts;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return {};
}

std::string arguments_field(const Json& function, RequestSample& sample) {
  const auto found = function.find("arguments");
  if (found == function.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  note_fault(sample, "tool call arguments are no string");
  return found->dump();
}

TokenRecord token_record(const Json& entry) {
  TokenRecord record;
  if (!entry.is_object()) return record;
  // A probability that JSON cannot write (zero has the logarithm minus infinity) comes as null.
  const auto logprob = [](const Json& object) {
    const auto found = object.find("logprob");
    return found != object.end() && found->is_number() ? found->get<double>() : -std::numeric_limits<double>::infinity();
  };
  const auto id = [](const Json& object) {
    const auto found = object.find("id");
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : std::int64_t{-1};
  };
  record.id = id(entry);
  record.bytes = bytes_of(entry);
  record.logprob = logprob(entry);
  const auto top = entry.find("top_logprobs");
  if (top == entry.end() || !top->is_array()) return record;
  for (const auto& alternative : *top) {
    if (alternative.is_object()) record.top.push_back({id(alternative), bytes_of(alternative), logprob(alternative)});
  }
  std::stable_sort(record.top.begin(), record.top.end(),
                   [](const TokenAlternative& a, const TokenAlternative& b) { return a.logprob > b.logprob; });
  return record;
}

std::string excerpt(std::string_view bytes) {
  return fmt::format("\"{}\"", shortened(printable(bytes.substr(0, 4 * quote_bytes)), quote_bytes));
}

namespace {

const Json* value_at(const Json& document, const std::string& pointer) {
  if (pointer.empty()) return nullptr;
  const Json::json_pointer place{pointer};
  return document.contains(place) ? &document.at(place) : nullptr;
}

std::optional<std::int64_t> count_field(const Json& object, const std::string& name, RequestSample& sample) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (!found->is_number_integer()) {
    note_fault(sample, fmt::format("usage {} is no integer", name));
    return std::nullopt;
  }
  const auto count = found->get<std::int64_t>();
  if (count < 0) note_fault(sample, fmt::format("usage {} is negative: {}", name, count));
  return count;
}

/// From "bytes", which is exact; "token" stands in where a server leaves them out.
std::string bytes_of(const Json& entry) {
  const auto bytes = entry.find("bytes");
  if (bytes == entry.end() || !bytes->is_array()) {
    const auto token = entry.find("token");
    return token != entry.end() && token->is_string() ? token->get<std::string>() : std::string{};
  }
  std::string result;
  for (const auto& byte : *bytes) {
    if (byte.is_number_integer()) result += static_cast<char>(static_cast<unsigned char>(byte.get<int>()));
  }
  return result;
}

}  // namespace

}  // namespace sweetspot
