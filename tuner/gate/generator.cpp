#include "gate/generator.hpp"

#include "core/rng.hpp"
#include "gate/generator_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr int redraws_max = 20;  // a template with few fillings may have to repeat one

/// A filled template: what is asked and what is right.
struct Task {
  std::string prompt_class;
  std::string text;
  std::vector<std::string_view> tools;
  Expectation expect;
  int max_tokens = 192;
};
// A template draws at most one word in a call's arguments: their order of evaluation differs between compilers.
using Template = Task (*)(Rng&);

std::vector<Template> text_templates();
std::vector<Template> tool_templates();
std::vector<Prompt> filled(const std::vector<Template>& templates, Rng rng, int count, std::string_view id_prefix);

}  // namespace

std::vector<Prompt> generated_prompts(std::uint64_t seed, int text_count, int tool_count) {
  std::vector<Prompt> prompts = filled(text_templates(), Rng(derived_seed(seed, "text prompts")), text_count, "fresh");
  std::vector<Prompt> tools = filled(tool_templates(), Rng(derived_seed(seed, "tool prompts")), tool_count, "fresh-tools");
  prompts.insert(prompts.end(), std::make_move_iterator(tools.begin()), std::make_move_iterator(tools.end()));
  return prompts;
}

int text_template_count() { return static_cast<int>(text_templates().size()); }

int tool_template_count() { return static_cast<int>(tool_templates().size()); }

namespace {

template <std::size_t N>
std::string any(Rng& rng, const std::array<std::string_view, N>& list) {
  return std::string(list[rng.below(N)]);
}

/// Different ones, in random order.
template <std::size_t N>
std::vector<std::string> several(Rng& rng, const std::array<std::string_view, N>& list, std::size_t count) {
  std::vector<std::string> all(list.begin(), list.end());
  rng.shuffle(all);
  all.resize(count);
  return all;
}

int between(Rng& rng, int low, int high) {
  const int count = high - low + 1;
  return low + static_cast<int>(rng.below(static_cast<std::uint64_t>(count)));
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

/// "mavo-7f31": nothing that a model has seen.
std::string invented(Rng& rng) {
  static constexpr std::string_view consonants = "bdfgklmnprstvz";
  static constexpr std::string_view vowels = "aeiou";
  std::string word;
  for (int i = 0; i < 2; ++i) {
    word += consonants[rng.below(consonants.size())];
    word += vowels[rng.below(vowels.size())];
  }
  return fmt::format("{}-{:04x}", word, rng.below(0x10000));
}

std::string path(Rng& rng) {
  const std::string folder = any(rng, words::folders);
  const std::string stem = any(rng, words::stems);
  const std::string adjective = any(rng, words::adjectives);
  return fmt::format("{}/{}_{}.{}", folder, adjective, stem, any(rng, words::extensions));
}

Json string_field(const char* description) { return {{"type", "string"}, {"description", description}}; }
Json integer_field(const char* description) { return {{"type", "integer"}, {"description", description}}; }

Json object_schema(Json properties) {
  Json required = Json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

Json tool(std::string_view name, const char* description, Json properties) {
  const Json function = {{"name", name}, {"description", description}, {"parameters", object_schema(std::move(properties))}};
  return {{"type", "function"}, {"function", function}};
}

Json all_tools() {
  Json priority = string_field("Priority of the task");
  priority["enum"] = {"low", "medium", "high"};
  Json size = object_schema({{"width", integer_field("Width in pixels")}, {"height", integer_field("Height in pixels")}});
  return Json::array(
      {tool("get_weather", "Get the current weather for a city", {{"city", string_field("Name of the city")}}),
       tool("get_forecast", "Get the weather forecast for a city",
            {{"city", string_field("Name of the city")}, {"days", integer_field("Number of days")}}),
       tool("set_timer", "Set a timer", {{"minutes", integer_field("Length in minutes")}}),
       tool("create_task", "Create a task in the to-do list",
            {{"title", string_field("Title of the task")}, {"priority", priority}}),
       tool("book_table", "Book a table in a restaurant",
            {{"restaurant", string_field("Name of the restaurant")},
             {"people", integer_field("Number of people")},
             {"time", string_field("Time as HH:MM")}}),
       tool("convert_currency", "Convert an amount of money",
            {{"amount", {{"type", "number"}, {"description", "Amount to convert"}}},
             {"from", string_field("Currency code")},
             {"to", string_field("Currency code")}}),
       tool("calculate", "Evaluate an arithmetic expression", {{"expression", string_field("The expression to evaluate")}}),
       tool("read_file", "Read a file", {{"path", string_field("Path of the file")}}),
       tool("send_message", "Send a text message to a person",
            {{"to", string_field("Name of the person")}, {"text", string_field("Text of the message")}}),
       tool("run_command", "Run a shell command", {{"command", string_field("The command to run")}}),
       tool("play_song", "Play a song", {{"title", string_field("Title of the song")}}),
       tool("resize_image", "Change the size of an image", {{"path", string_field("Path of the image")}, {"size", size}}),
       tool("set_light", "Switch a lamp on or off",
            {{"room", string_field("Room of the lamp")}, {"on", {{"type", "boolean"}, {"description", "true for on"}}}}),
       tool("add_note", "Save a note", {{"text", string_field("Text of the note")}})});
}

std::string offered(const std::vector<std::string_view>& names) {
  Json chosen = Json::array();
  for (const Json& candidate : all_tools()) {
    for (const std::string_view name : names) {
      if (candidate.at("function").at("name") == name) chosen.push_back(candidate);
    }
  }
  return chosen.dump();
}

ExpectedCall call(const char* name, const Json& arguments) { return {name, arguments.dump()}; }

Task tool_task(std::string text, std::vector<std::string_view> tools, std::vector<ExpectedCall> calls) {
  Task task{"tools", std::move(text), std::move(tools), {}, 192};
  task.expect.no_calls = calls.empty();
  task.expect.calls = std::move(calls);
  return task;
}

Task weather(Rng& rng) {
  const std::string city = any(rng, words::cities);
  return tool_task(fmt::format("What is the weather in {}?", city), {"get_weather", "set_timer"},
                   {call("get_weather", {{"city", city}})});
}

Task weather_twice(Rng& rng) {
  const auto city = several(rng, words::cities, 2);
  return tool_task(fmt::format("What is the weather in {} and in {}?", city[0], city[1]), {"get_weather", "set_timer"},
                   {call("get_weather", {{"city", city[0]}}), call("get_weather", {{"city", city[1]}})});
}

Task weather_and_timer(Rng& rng) {
  const std::string city = any(rng, words::cities);
  const int minutes = between(rng, 2, 59);
  return tool_task(fmt::format("What is the weather in {}? Also set a timer for {} minutes.", city, minutes),
                   {"get_weather", "set_timer"},
                   {call("get_weather", {{"city", city}}), call("set_timer", {{"minutes", minutes}})});
}

Task timer(Rng& rng) {
  const int minutes = between(rng, 2, 90);
  return tool_task(fmt::format("Set a timer for {} minutes.", minutes), {"get_weather", "set_timer"},
                   {call("set_timer", {{"minutes", minutes}})});
}

Task forecast(Rng& rng) {
  const std::string city = any(rng, words::cities);
  const int days = between(rng, 2, 9);
  return tool_task(fmt::format("Get the weather forecast for {} for the next {} days.", city, days),
                   {"get_forecast", "set_timer"}, {call("get_forecast", {{"city", city}, {"days", days}})});
}

Task to_do(Rng& rng) {
  static constexpr std::array<std::string_view, 3> priorities = {"low", "medium", "high"};
  const std::string verb = any(rng, words::verbs);
  const std::string title = fmt::format("{} the {}", verb, any(rng, words::things));
  const std::string priority = any(rng, priorities);
  return tool_task(fmt::format("Create a task with the title {} and priority {}.", quoted(title), priority),
                   {"create_task", "get_weather"}, {call("create_task", {{"title", title}, {"priority", priority}})});
}

Task restaurant(Rng& rng) {
  static constexpr std::array<std::string_view, 4> minutes = {"00", "15", "30", "45"};
  const std::string name = any(rng, words::restaurants);
  const int people = between(rng, 2, 9);
  const int hour = between(rng, 17, 21);
  const std::string time = fmt::format("{}:{}", hour, any(rng, minutes));
  return tool_task(fmt::format("Book a table at {} for {} people at {}.", name, people, time), {"book_table", "get_weather"},
                   {call("book_table", {{"restaurant", name}, {"people", people}, {"time", time}})});
}

Task money(Rng& rng) {
  const auto codes = several(rng, words::currencies, 2);
  const int amount = between(rng, 5, 900);
  return tool_task(fmt::format("Convert {} {} to {}.", amount, codes[0], codes[1]), {"convert_currency", "get_weather"},
                   {call("convert_currency", {{"amount", amount}, {"from", codes[0]}, {"to", codes[1]}})});
}

Task calculation(Rng& rng) {
  static constexpr std::array<std::string_view, 3> operators = {"+", "-", "*"};
  const int left = between(rng, 11, 99);
  const std::string sign = any(rng, operators);
  const std::string expression = fmt::format("{} {} {}", left, sign, between(rng, 2, 60));
  return tool_task(fmt::format("Calculate {}.", expression), {"calculate", "get_weather"},
                   {call("calculate", {{"expression", expression}})});
}

Task file(Rng& rng) {
  const std::string name = path(rng);
  return tool_task(fmt::format("Read the file {}.", name), {"read_file", "run_command"}, {call("read_file", {{"path", name}})});
}

Task message(Rng& rng) {
  const std::string to = any(rng, words::people);
  const std::string text = any(rng, words::messages);
  return tool_task(fmt::format("Send a message to {} with the text {}.", to, quoted(text)), {"send_message", "set_timer"},
                   {call("send_message", {{"to", to}, {"text", text}})});
}

Task shell(Rng& rng) {
  static constexpr std::array<std::string_view, 5> programs = {"make", "cat", "ls", "python", "touch"};
  const std::string program = any(rng, programs);
  const std::string command = fmt::format("{} {}", program, any(rng, words::stems));
  return tool_task(fmt::format("Run the command {}.", quoted(command)), {"run_command", "read_file"},
                   {call("run_command", {{"command", command}})});
}

Task song(Rng& rng) {
  const std::string first = any(rng, words::song_words);
  const std::string title = fmt::format("{} {}", first, any(rng, words::song_things));
  return tool_task(fmt::format("Play the song {}.", quoted(title)), {"play_song", "set_timer"},
                   {call("play_song", {{"title", title}})});
}

Task picture(Rng& rng) {
  const std::string name = fmt::format("photos/{}.png", any(rng, words::animals));
  const int width = between(rng, 2, 19) * 100;
  const int height = between(rng, 2, 19) * 100;
  return tool_task(fmt::format("Resize the image {} to width {} and height {}.", name, width, height),
                   {"resize_image", "get_weather"},
                   {call("resize_image", {{"path", name}, {"size", {{"width", width}, {"height", height}}}})});
}

Task lamp(Rng& rng) {
  const std::string room = any(rng, words::rooms);
  const bool on = rng.below(2) == 0;
  return tool_task(fmt::format("Switch {} the lamp in the {}.", on ? "on" : "off", room), {"set_light", "set_timer"},
                   {call("set_light", {{"room", room}, {"on", on}})});
}

Task awkward_note(Rng& rng) {
  const std::string unseen = invented(rng);
  const std::string text = unseen + " " + any(rng, words::awkward);
  return tool_task(fmt::format("Save a note with exactly this text, every character of it:\n\n{}", text),
                   {"add_note", "set_timer"}, {call("add_note", {{"text", text}})});
}

Task no_tool_needed(Rng& rng) {
  const std::string text =
      rng.below(8) == 0 ? "Hello! How are you?" : fmt::format("What is the capital of {}?", any(rng, words::countries));
  return tool_task(text, {"get_weather", "set_timer"}, {});
}

Task text_task(std::string prompt_class, std::string text, int max_tokens, std::vector<std::string> contains = {}) {
  Task task{std::move(prompt_class), std::move(text), {}, {}, max_tokens};
  task.expect.contains = std::move(contains);
  return task;
}

Task continuation(Rng& rng) { return text_task("prose", fmt::format("Continue this text: {}.", any(rng, words::openings)), 320); }

Task story(Rng& rng) {
  const std::string adjective = any(rng, words::adjectives);
  const std::string animal = any(rng, words::animals);
  return text_task("prose", fmt::format("Write a story about a {} {} named {}.", adjective, animal, any(rng, words::people)),
                   320);
}

Task letter(Rng& rng) {
  const std::string person = any(rng, words::people);
  const std::string thing = any(rng, words::things);
  return text_task(
      "prose", fmt::format("Write a long story about {}, who builds a {} in {}.", person, thing, any(rng, words::cities)), 320);
}

Task explanation(Rng& rng) {
  const auto topic = several(rng, words::topics, 2);
  return text_task("prose", fmt::format("Explain in detail {} and {}.", topic[0], topic[1]), 320);
}

Task function(Rng& rng) {
  return text_task("code", fmt::format("Write a Python function that {}.", any(rng, words::code_tasks)), 320);
}

Task explained_function(Rng& rng) {
  return text_task("code", fmt::format("Write a C++ function that {}, and explain how it works.", any(rng, words::code_tasks)),
                   320);
}

Task sum(Rng& rng) {
  const int left = between(rng, 10, 60);
  const int right = between(rng, 10, 39);
  return text_task("reasoning", fmt::format("What is {} + {}?", left, right), 128, {std::to_string(left + right)});
}

Task word_problem(Rng& rng) {
  const auto name = several(rng, words::people, 2);
  const int first = between(rng, 8, 30);
  const int second = between(rng, 3, 20);
  const std::string text = fmt::format("{} has {} apples. {} gives {} more apples to {}. How many apples does {} have now?",
                                       name[0], first, name[1], second, name[0], name[0]);
  return text_task("reasoning", text, 256, {std::to_string(first + second)});
}

Task string_copy(Rng& rng) {
  const std::string one = invented(rng);
  const std::string person = any(rng, words::people);
  const std::string text = fmt::format("{}, {}, {}", one, person, invented(rng));
  return text_task("copy", fmt::format("Repeat this exactly: {}", text), 128, {text});
}

Task table_copy(Rng& rng) {
  std::string text = "Convert this CSV to JSON:\nname,age,city";
  for (const std::string& person : several(rng, words::people, 3)) {
    const int age = between(rng, 12, 80);
    text += fmt::format("\n{},{},{}", person, age, any(rng, words::cities));
  }
  return text_task("copy", text, 256);
}

Task json_answer(Rng& rng) {
  const std::string person = any(rng, words::people);
  const int age = between(rng, 12, 80);
  Task task = text_task("json",
                        fmt::format("Give me a JSON object with the name {}, the age {} and the city {}.", quoted(person), age,
                                    quoted(any(rng, words::cities))),
                        192, {quoted(person)});
  task.expect.json = true;
  return task;
}

std::vector<Template> text_templates() {
  return {continuation,       story, function,     explanation, string_copy, letter,
          explained_function, sum,   word_problem, table_copy,  json_answer};
}

std::vector<Template> tool_templates() {
  return {weather,       weather_twice, weather_and_timer, timer, forecast, to_do,   restaurant, money,
          calculation,   file,          message,           shell, song,     picture, lamp,       awkward_note,
          no_tool_needed};
}

std::vector<Prompt> filled(const std::vector<Template>& templates, Rng rng, int count, std::string_view id_prefix) {
  std::vector<Prompt> prompts;
  std::vector<Template> order;
  std::set<std::string> used;
  for (int i = 0; i < count; ++i) {
    if (order.empty()) {
      order = templates;
      rng.shuffle(order);
    }
    Task task = order.back()(rng);
    for (int again = 0; again < redraws_max && used.contains(task.text); ++again) task = order.back()(rng);
    used.insert(task.text);
    order.pop_back();
    Prompt prompt;
    prompt.id = fmt::format("{}-{:03}", id_prefix, i + 1);
    prompt.prompt_class = std::move(task.prompt_class);
    prompt.messages_json = Json::array({{{"role", "user"}, {"content", task.text}}}).dump();
    if (!task.tools.empty()) prompt.tools_json = offered(task.tools);
    prompt.max_tokens = task.max_tokens;
    prompt.expect = std::move(task.expect);
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace
}  // namespace sweetspot
