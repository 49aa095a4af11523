#include "run/evidence.hpp"

#include "backends/offered_apis.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::size_t prompts_kept = 3;
constexpr std::size_t folders_kept = 400;  ///< the oldest make room
constexpr std::size_t column = 56;         ///< characters of one side

using Files = std::map<std::string, std::string>;  // name -> content

Json arrivals(const RequestSample& sample) {
  Json list = Json::array();
  for (const ChunkArrival& read : sample.reads) list.push_back({{"at_ms", read.at_ms}, {"bytes", read.bytes}});
  return list;
}

/// Without what stands in files of its own.
Json parsed(RequestSample sample) {
  sample.raw.clear();
  sample.request_json.clear();
  return sample;
}

void add_answer(const std::string& name, const RequestSample& sample, Files& files) {
  files[name + (sample.streamed ? ".sse" : ".body")] = sample.raw;
  if (sample.streamed) files[name + ".arrivals.json"] = json_text(arrivals(sample), 0);
  files[name + ".json"] = json_text(parsed(sample), 2);
}

const CandidateAnswer* answer_to(const EvidenceSource& source, const std::string& prompt_id) {
  const auto is_it = [&](const CandidateAnswer& answer) {
    return source.reference.answers[answer.reference_index].prompt.id == prompt_id;
  };
  // Of a prompt that was asked again the later answer shows it: the first one was judged well.
  for (const StateAnswer& again : source.interview.state) {
    if (is_it(again.answer) && source.verdict.check == "G10") return &again.answer;
  }
  const auto found = std::find_if(source.interview.answers.begin(), source.interview.answers.end(), is_it);
  return found == source.interview.answers.end() ? nullptr : &*found;
}

/// What is unsound as it comes was seen in the reference's own answer.
std::optional<CandidateAnswer> of_reference(const Reference& reference, const std::string& prompt_id) {
  for (std::size_t i = 0; i < reference.answers.size(); ++i) {
    const ReferenceAnswer& answer = reference.answers[i];
    if (answer.prompt.id == prompt_id) return CandidateAnswer{i, answer.streamed, answer.plain};
  }
  return std::nullopt;
}

std::vector<std::string> prompts_shown(const Verdict& verdict) {
  std::vector<std::string> ids;
  const auto add = [&](const std::string& id) {
    if (!id.empty() && ids.size() < prompts_kept && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  if (verdict.evidence) add(verdict.evidence->prompt_id);
  for (const Divergence& divergence : verdict.divergences) add(divergence.prompt_id);
  return ids;
}

Files files_of(const EvidenceSource& source) {
  Files files;
  Json scored = Json::array();
  if (source.scores != nullptr) {
    for (const ScoredText& text : *source.scores) scored.push_back({{"prompt_id", text.prompt_id}, {"figures", text.figures}});
  }
  Json summary = {{"schema_version", 1},     {"verdict", source.verdict}, {"scored", scored},
                  {"engine", source.engine}, {"model", source.model},     {"command", source.command},
                  {"url", source.url},       {"path", source.path},       {"headers", api_headers(source.api)}};
  Json prompts = Json::array();
  for (const std::string& id : prompts_shown(source.verdict)) {
    const CandidateAnswer* answer = answer_to(source, id);
    const std::optional<CandidateAnswer> own = answer == nullptr ? of_reference(source.reference, id) : std::nullopt;
    if (own) answer = &*own;
    if (answer == nullptr) continue;
    const ReferenceAnswer& expected = source.reference.answers[answer->reference_index];
    const std::string stem = fmt::format("{}", prompts.size() + 1);
    prompts.push_back(
        {{"prompt_id", id}, {"digest", digest(expected.prompt.messages_json + expected.prompt.tools_json)}, {"files", stem}});
    files[stem + ".request.json"] = answer->streamed.request_json + "\n";
    add_answer(stem + ".streamed", answer->streamed, files);
    if (answer->plain) add_answer(stem + ".plain", *answer->plain, files);
    files[stem + ".reference.json"] = json_text(parsed(expected.streamed), 2);
  }
  summary["prompts"] = prompts;
  files["verdict.json"] = json_text(summary, 2) + "\n";
  files["server.log"] = source.log_tail;
  return files;
}

std::string name_of(const Files& files) {
  std::string all;
  for (const auto& [name, content] : files) all += name + "\n" + digest(content) + "\n";
  return digest(all);
}

bool written(const fs::path& file, const std::string& content) {
  std::ofstream out(file, std::ios::binary);
  out << content;
  out.flush();
  return static_cast<bool>(out);
}

void make_room(const fs::path& folder) {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> all;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    std::error_code unknown;
    const auto time = fs::last_write_time(entry->path(), unknown);
    if (!unknown && fs::exists(entry->path() / "verdict.json", unknown)) all.emplace_back(time, entry->path());
  }
  if (all.size() <= folders_kept) return;
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i + folders_kept < all.size(); ++i) fs::remove_all(all[i].second, ignored);
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::optional<std::string> save_evidence(const fs::path& folder, const EvidenceSource& source) {
  const Files files = files_of(source);
  std::string name = name_of(files);
  std::error_code error;
  fs::create_directories(folder / name, error);
  if (error) return std::nullopt;
  for (const auto& [file, content] : files) {
    if (!written(folder / name / file, content)) return std::nullopt;
  }
  make_room(folder);
  return name;
}

namespace {

/// What the model says in an answer, all channels, one after the other.
std::string said(const Json& answer) {
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
  };
  add(answer.value("reasoning", ""));
  add(answer.value("text", ""));
  for (const Json& call : answer.value("calls", Json::array()))
    add(call.value("name", "") + "(" + call.value("arguments", "") + ")");
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  const auto flush = [&] {
    lines.push_back(line);
    line.clear();
  };
  for (const char c : text) {
    if (c == '\n') {
      flush();
      continue;
    }
    // Not within a character.
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (line.size() >= column && !continues) flush();
    line += c;
  }
  if (!line.empty()) flush();
  return lines;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Two columns; the first line that differs is marked.
std::string side_by_side(const std::string& expected, const std::string& observed) {
  const auto left = lines_of(expected);
  const auto right = lines_of(observed);
  std::string text = fmt::format("    {:<{}}  {}\n", "plain greedy decoding", column, "this configuration");
  bool marked = false;
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string a = i < left.size() ? escape_control(left[i]) : "";
    const std::string b = i < right.size() ? escape_control(right[i]) : "";
    const bool first = !marked && a != b;
    marked = marked || first;
    const std::size_t shown = characters(a);
    text += fmt::format("{}{}{}  {}\n", first ? ">>> " : "    ", a, std::string(shown < column ? column - shown : 0, ' '), b);
  }
  return text;
}

/// How to start the server, unless it runs already, and the request.
std::string again_text(const Json& summary, const std::string& request) {
  std::string url = summary.value("url", "");
  std::string text;
  if (url.empty()) {
    text = fmt::format("  {} --port 8080\n", summary.value("command", Json::object()).value("shell", ""));
    url = "http://127.0.0.1:8080";
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  const Json wanted = summary.value("headers", Json::object());
  std::string headers;
  for (const auto& [name, value] : wanted.items()) headers += fmt::format(" -H '{}: {}'", name, value.get<std::string>());
  return text + fmt::format("  curl -sN {}{} -H 'Content-Type: application/json'{} -d @{}\n", url,
                            summary.value("path", "/v1/chat/completions"), headers, request);
}

}  // namespace

std::string evidence_text(const fs::path& folder, const std::string& name) {
  const fs::path place = folder / name;
  const Json summary = Json::parse(content_of(place / "verdict.json"), nullptr, false);
  if (summary.is_discarded()) return {};
  std::string text;
  const Json prompts = summary.value("prompts", Json::array());
  if (!prompts.empty()) {
    const std::string stem = prompts.front().value("files", "");
    const Json expected = Json::parse(content_of(place / (stem + ".reference.json")), nullptr, false);
    Json observed = Json::parse(content_of(place / (stem + ".streamed.json")), nullptr, false);
    const Json plain = Json::parse(content_of(place / (stem + ".plain.json")), nullptr, false);
    if (!plain.is_discarded() && !observed.is_discarded() && said(observed) == said(expected)) observed = plain;
    text += fmt::format("\nSide by side: {}\n", escape_control(prompts.front().value("prompt_id", "")));
    if (!expected.is_discarded() && !observed.is_discarded()) text += side_by_side(said(expected), said(observed));
    text += "\nAsk it again\n" + again_text(summary, (place / (stem + ".request.json")).string());
  }
  return text + fmt::format("\nEverything that was seen\n  {}\n", place.string());
}

}  // namespace sweetspot
