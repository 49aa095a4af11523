#include "demo_engine/answers.hpp"
#include "demo_engine/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace demo {
namespace {

using Fact = std::pair<std::string_view, std::string_view>;

constexpr std::array<Fact, 40> capitals = {{{"Norway", "Oslo"},        {"Japan", "Tokyo"},        {"Italy", "Rome"},
                                            {"France", "Paris"},       {"Spain", "Madrid"},       {"Portugal", "Lisbon"},
                                            {"Poland", "Warsaw"},      {"Germany", "Berlin"},     {"Austria", "Vienna"},
                                            {"Greece", "Athens"},      {"Ireland", "Dublin"},     {"Egypt", "Cairo"},
                                            {"Peru", "Lima"},          {"Sweden", "Stockholm"},   {"Denmark", "Copenhagen"},
                                            {"Finland", "Helsinki"},   {"Iceland", "Reykjavik"},  {"Hungary", "Budapest"},
                                            {"Croatia", "Zagreb"},     {"Latvia", "Riga"},        {"Estonia", "Tallinn"},
                                            {"Lithuania", "Vilnius"},  {"Belgium", "Brussels"},   {"Switzerland", "Bern"},
                                            {"China", "Beijing"},      {"India", "New Delhi"},    {"Canada", "Ottawa"},
                                            {"Australia", "Canberra"}, {"Brazil", "Brasilia"},    {"Argentina", "Buenos Aires"},
                                            {"Chile", "Santiago"},     {"Mexico", "Mexico City"}, {"Cuba", "Havana"},
                                            {"Kenya", "Nairobi"},      {"Morocco", "Rabat"},      {"Turkey", "Ankara"},
                                            {"Ukraine", "Kyiv"},       {"Romania", "Bucharest"},  {"Bulgaria", "Sofia"},
                                            {"Korea", "Seoul"}}};

constexpr std::array<Fact, 12> hellos = {{{"german", "Hallo! Guten Tag!"},
                                          {"french", "Bonjour !"},
                                          {"spanish", "¡Hola!"},
                                          {"italian", "Ciao!"},
                                          {"norwegian", "Hei!"},
                                          {"swedish", "Hej!"},
                                          {"polish", "Cześć!"},
                                          {"portuguese", "Olá!"},
                                          {"japanese", "こんにちは！"},
                                          {"chinese", "你好！"},
                                          {"dutch", "Hallo!"},
                                          {"russian", "Привет!"}}};

bool has_wide_letters(std::string_view text) {
  const auto wide = std::ranges::count_if(
      text, [](char c) { return static_cast<unsigned char>(c) >= 0xE3 && static_cast<unsigned char>(c) <= 0xE9; });
  return wide * 6 > static_cast<std::ptrdiff_t>(text.size());
}

Answer with_wordings(std::vector<std::string> texts) {
  Answer answer;
  Stage stage;
  for (std::string& text : texts) stage.wordings.push_back({Span{std::move(text), Firmness::wording, false}});
  answer.stages.push_back(std::move(stage));
  return answer;
}

std::optional<Answer> capital(std::string_view request) {
  const auto at = lowered(request).find("capital of ");
  if (at == std::string::npos) return std::nullopt;
  for (const auto& [country, city] : capitals) {
    if (request.substr(at).find(country) == std::string_view::npos) continue;
    return with_wordings(
        {fmt::format("The capital of {} is {}.", country, city), fmt::format("{} is the capital of {}.", city, country)});
  }
  return plain_answer("I do not know the capital of that country.");
}

std::optional<Answer> smalltalk(const std::string& text) {
  if (contains_any(text, {"thank you", "thanks"}))
    return with_wordings({"You are welcome! Tell me if there is anything else that I can do for you.",
                          "Gladly! Tell me if you need anything else."});
  if (contains_any(text, {"what can you do"}))
    return plain_answer(
        "I can answer questions, write and explain code, tell stories, work with lists and tables, and call the tools that you "
        "offer me. Just tell me what you need.");
  if (contains_any(text, {"who are you", "what are you"}))
    return plain_answer("I am a very small language model that was made for a demonstration. What would you like to know?");
  if (contains_any(text, {"how are you"}))
    return with_wordings(
        {"Hello! I am well, thank you. What can I do for you today?", "I am well, thank you! How can I help you today?"});
  if (text.starts_with("good morning"))
    return with_wordings({"Good morning! How can I help you today?", "Good morning! What can I do for you?"});
  if (text.size() < 24 && contains_any(text, {"hello", "hi ", "hi!", "hi.", "hey"}))
    return with_wordings({"Hello! How can I help you today?", "Hi! What can I do for you?"});
  return std::nullopt;
}

/// The sentence of the text that begins with `opening`, up to its full stop.
std::optional<std::string> sentence_with(std::string_view text, const std::string& opening) {
  const auto at = lowered(text).rfind(opening);
  if (at == std::string::npos) return std::nullopt;
  std::size_t end = at + opening.size();
  const auto stops = [&](std::size_t i) {
    if (text[i] == '\n') return true;
    return text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n');
  };
  while (end < text.size() && !stops(end)) ++end;
  if (end == at + opening.size()) return std::nullopt;
  return std::string(text.substr(at, end - at)) + ".";
}

}  // namespace

std::optional<Answer> looked_up(const Conversation& conversation, std::string_view request) {
  // "What is the K of X?" asks for what follows "the K of X is" anywhere before.
  const std::string text = lowered(request);
  std::size_t begin = std::string::npos;
  for (const std::string_view question : {"what is the ", "tell me the ", "give me the ", "what was the "}) {
    const auto at = text.rfind(question);
    if (at != std::string::npos) begin = at + question.size() - 4;
  }
  if (begin == std::string::npos) return std::nullopt;
  std::string asked = text.substr(begin);
  asked.erase(asked.find_last_not_of(" \n?.!") + 1);
  if (const auto mark = asked.find('?'); mark != std::string::npos) asked.erase(mark);
  if (asked.size() < 8) return std::nullopt;
  for (auto turn = conversation.turns.rbegin(); turn != conversation.turns.rend(); ++turn) {
    if (turn->role == "assistant") continue;
    if (auto sentence = sentence_with(turn->text, asked + " is ")) {
      sentence->front() = 'T';
      return plain_answer(*sentence, Firmness::value);
    }
  }
  return std::nullopt;
}

std::optional<Answer> known_fact(std::string_view request) {
  if (request.size() > 400) return std::nullopt;
  const std::string text = lowered(request);
  if (has_wide_letters(request)) {
    return plain_answer(request.find("北京") != std::string_view::npos ? "北京是中国的首都，也是一座历史悠久的城市。"
                                                                       : "你好！我会说一点中文。");
  }
  if (auto answer = capital(request)) return answer;
  if (contains_any(text, {"say hello in", "greeting in", "say hi in"})) {
    for (const auto& [language, hello] : hellos) {
      if (text.find(language) != std::string::npos) return plain_answer(std::string(hello));
    }
  }
  if (request.size() < 80) return smalltalk(text);
  return std::nullopt;
}

}  // namespace demo
