#include "backends/descriptor_json.hpp"

#include <nlohmann/json.hpp>

namespace sweetspot::descriptor_json {

using nlohmann::json;

std::string text_of(const json& owner, const char* member) { return owner.value(member, std::string{}); }

std::vector<std::string> texts_of(const json& owner, const char* member) {
  return owner.value(member, std::vector<std::string>{});
}

json part(const json& owner, const char* member) { return owner.contains(member) ? owner.at(member) : json::object(); }

std::string dumped(const json& owner, const char* member) {
  return owner.contains(member) ? owner.at(member).dump() : std::string{};
}

Value value_of(const json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  return parse_value(value.get<std::string>());
}

std::string at(const std::string& pointer, std::size_t index) { return pointer + "/" + std::to_string(index); }

Domain domain_of(const json& domain) {
  if (domain.is_string()) return domain == "on|off" ? Domain{Toggle{}} : Domain{Choices{}};
  if (domain.is_array()) {
    Choices choices;
    for (const json& word : domain) choices.words.push_back(text(value_of(word)));
    return choices;
  }
  if (domain.value("real", false)) return RealRange{domain.at("from").get<double>(), domain.at("to").get<double>()};
  return IntegerRange{domain.at("from").get<std::int64_t>(), domain.at("to").get<std::int64_t>(), texts_of(domain, "words")};
}

Effect effect_of(const std::string& word) {
  for (const Effect effect : {Effect::none, Effect::numeric, Effect::lossy, Effect::unverified, Effect::semantic}) {
    if (word == to_string(effect)) return effect;
  }
  return Effect::numeric;  // not reached: the schema lists the words
}

}  // namespace sweetspot::descriptor_json
