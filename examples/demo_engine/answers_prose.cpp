#include "demo_engine/answers.hpp"
#include "demo_engine/corpus.hpp"
#include "demo_engine/hash.hpp"
#include "demo_engine/values.hpp"
#include "demo_engine/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace demo {
namespace {

/// A length of its own for every request, in tokens.
int length_between(std::string_view request, int least, int most) {
  return least + static_cast<int>(text_hash(request) % static_cast<std::uint64_t>(most - least + 1));
}

Stage free_text(std::string kind, int tokens) {
  Stage stage;
  stage.free_kind = std::move(kind);
  stage.free_tokens = tokens;
  return stage;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

bool is_date_word(std::string_view word) {
  static constexpr std::array<std::string_view, 12> months = {
      "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
  return word.ends_with("day") || word.ends_with("days") || std::ranges::find(months, word) != months.end();
}

/// The people of a request, and what the first of them is ("a clockmaker named Ilse").
void fill_slots(Answer& answer, std::string_view request) {
  std::vector<std::string> names;
  for (const Value& value : values_in(request)) {
    if (value.kind != Value::Kind::name || value.text == "Python" || is_date_word(value.text)) continue;
    const std::string name = value.text.substr(0, value.text.find('\''));
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    if (value.before == "named" && answer.slots[2].empty()) {
      const std::vector<Word> words = words_of(request.substr(0, value.at));
      if (words.size() >= 2) answer.slots[2] = std::string(words[words.size() - 2].text);
    }
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(2, names.size()); ++i) answer.slots[i] = names[i];
}

/// "a clockmaker named Ilse who repairs a clock that runs backwards" of "Write a story about ...".
std::string subject_of(std::string_view request) {
  const auto about = request.find(" about ");
  if (about == std::string_view::npos) return {};
  std::string_view rest = request.substr(about + 7);
  rest = rest.substr(0, rest.find_first_of(".?!\n"));
  return std::string(stripped(rest));
}

Answer story(std::string_view request, bool is_long) {
  Answer answer;
  fill_slots(answer, request);
  const std::string subject = subject_of(request);
  if (!subject.empty()) {
    Stage opening;
    for (const char* wording : {"This is the story of {}.\n\n", "Let me tell you about {}.\n\n", "Here is a story about {}.\n\n"})
      opening.wordings.push_back({Span{fmt::format(fmt::runtime(wording), subject), Firmness::wording, false}});
    answer.stages.push_back(std::move(opening));
  }
  answer.stages.push_back(free_text("story", is_long ? length_between(request, 330, 560) : length_between(request, 190, 290)));
  return answer;
}

/// The topics of a group of kinds ("explain honey") of which the request speaks, in its order.
std::vector<std::string> topics_in(std::string_view request, const std::string& group) {
  const std::vector<std::string> words = plain_words(request);
  std::map<std::size_t, std::string> found;
  for (const Document& document : corpus_documents()) {
    if (!document.kind.starts_with(group + " ")) continue;
    const std::string topic(document.kind.substr(group.size() + 1));
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (same_stem(words[i], topic)) found.emplace(i, topic);
    }
  }
  std::vector<std::string> topics;
  for (auto& [at, topic] : found) {
    if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(std::move(topic));
  }
  return topics;
}

Answer explanation(std::string_view request, const std::vector<std::string>& topics) {
  Answer answer;
  if (topics.size() == 1) {
    answer.stages.push_back(free_text("explain " + topics.front(), length_between(request, 110, 180)));
    return answer;
  }
  for (const std::string& topic : topics) {
    Stage stage = said(fmt::format("{}**{}**\n\n", answer.stages.empty() ? "" : "\n\n", capitalised(topic)));
    stage.free_kind = "explain " + topic;
    stage.free_tokens = length_between(request, 90, 130);
    answer.stages.push_back(std::move(stage));
  }
  return answer;
}

/// The capitalised word that the text holds most often.
std::string most_named(std::string_view text) {
  std::map<std::string, int> counts;
  for (const Value& value : values_in(text)) {
    if (value.kind == Value::Kind::name) ++counts[value.text];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return most == counts.end() ? std::string("nobody") : most->first;
}

}  // namespace

std::optional<Answer> about_the_text(const Conversation& conversation, std::string_view request) {
  const auto given = std::ranges::max_element(conversation.turns, {},
                                              [](const Turn& turn) { return turn.role == "user" ? turn.text.size() : 0; });
  if (given == conversation.turns.end() || given->text.size() < 1000) return std::nullopt;
  // The question stands at the end when text and question are one turn.
  const auto last_line = request.rfind("\n\n");
  const std::string question = lowered(last_line == std::string_view::npos ? request : request.substr(last_line));
  Answer answer;
  fill_slots(answer, std::string_view(given->text).substr(0, 2000));
  if (contains_any(question, {"most often", "who is named"}) && contains_any(question, {"who"})) {
    answer.stages.push_back(said(fmt::format("{} is named most often.", most_named(given->text)), Firmness::value));
  } else if (contains_any(question, {"story"})) {
    answer.stages.push_back(free_text("story", length_between(request, 150, 240)));
  } else if (contains_any(question, {"letter"})) {
    answer.stages.push_back(free_text("letter", length_between(request, 120, 200)));
  } else if (contains_any(question, {"list of", "things to"})) {
    answer.stages.push_back(free_text("list", length_between(request, 90, 150)));
  } else {
    answer.stages.push_back(free_text("notes", length_between(request, 70, 120)));
  }
  return answer;
}

Answer written(std::string_view request) {
  const std::string text = lowered(request.substr(0, 400));
  const bool is_long = contains_any(text, {"long story", "in detail", "long "});
  if (contains_any(text, {"poem", "verse", "song about"})) {
    Answer answer;
    answer.stages.push_back(free_text("poem", length_between(request, 110, 160)));
    return answer;
  }
  if (contains_any(text, {"story", "tale", "continue this"})) return story(request, is_long);
  if (contains_any(text, {"letter"})) {
    Answer answer;
    fill_slots(answer, request);
    answer.stages.push_back(free_text("letter", length_between(request, 120, 200)));
    return answer;
  }
  if (const std::vector<std::string> topics = topics_in(request, "explain"); !topics.empty()) return explanation(request, topics);
  Answer answer;
  fill_slots(answer, request);
  const std::vector<std::string> topics = topics_in(request, "essay");
  answer.stages.push_back(free_text(topics.empty() ? "essay" : "essay " + topics.front(), length_between(request, 120, 200)));
  return answer;
}

std::string thoughts_on(const Conversation& conversation, std::string_view request, const Answer& answer) {
  const std::string_view question = request.substr(0, std::min(request.find('\n'), std::min<std::size_t>(request.size(), 120)));
  std::string text = fmt::format("The user wrote: {}\nLet me think about what is needed here.", stripped(question));
  const auto holds_call = [](const Stage& stage) {
    return !stage.wordings.empty() && std::ranges::any_of(stage.wordings.front(), &Span::special);
  };
  if (std::ranges::any_of(answer.stages, holds_call))
    return text + " One of the tools can do this, so I should call it with the right values.";
  if (!conversation.turns.empty() && conversation.turns.back().role == "tool")
    return text + " The tool has given its result, so I only have to say what it means.";
  if (computed(request)) return text + " I have to work with the numbers step by step, and then say the result.";
  return text + " I know enough about this to answer at once, in clear words.";
}

}  // namespace demo
