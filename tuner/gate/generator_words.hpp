#pragma once

#include <array>
#include <string_view>

/// Words that the generated prompts are filled with. Cities, people and currencies are ones that small models know.
namespace sweetspot::words {

inline constexpr std::array<std::string_view, 24> cities = {
    "Bergen", "Lisbon", "Oslo",  "Madrid", "Vienna", "Dublin", "Rome",    "Paris",  "Berlin", "Warsaw", "Prague", "Athens",
    "Cairo",  "Lima",   "Tokyo", "Boston", "Geneva", "Turin",  "Hamburg", "Zagreb", "Porto",  "Riga",   "Seoul",  "Havana"};

inline constexpr std::array<std::string_view, 20> people = {"Marta", "Jonas", "Helena", "Tomas", "Ines",   "Otto",  "Mira",
                                                            "Lena",  "Ben",   "Anna",   "Paul",  "Clara",  "David", "Emma",
                                                            "Felix", "Nora",  "Oscar",  "Sofia", "Victor", "Alice"};

inline constexpr std::array<std::string_view, 12> verbs = {"Fix",  "Clean", "Paint", "Check", "Move", "Buy",
                                                           "Sell", "Order", "Call",  "Visit", "Feed", "Measure"};

inline constexpr std::array<std::string_view, 16> things = {"roof",   "garden", "lamp",  "bridge", "boat",  "kitchen",
                                                            "clock",  "piano",  "mill",  "tower",  "fence", "shed",
                                                            "window", "ladder", "stove", "carpet"};

inline constexpr std::array<std::string_view, 14> adjectives = {"blue",  "green", "grey",  "quiet", "small",  "silver", "red",
                                                                "brave", "tired", "happy", "young", "wooden", "lazy",   "clever"};

inline constexpr std::array<std::string_view, 14> animals = {"fox",  "owl",   "whale", "bear",     "cat",    "turtle", "rabbit",
                                                             "wolf", "horse", "goose", "hedgehog", "beaver", "lizard", "otter"};

inline constexpr std::array<std::string_view, 12> folders = {"src",  "docs",  "tests",  "notes",  "config", "photos",
                                                             "data", "tools", "images", "server", "client", "reports"};

inline constexpr std::array<std::string_view, 14> stems = {"main",   "guide", "report", "table", "index",  "backup", "session",
                                                           "config", "notes", "values", "users", "server", "client", "summary"};

inline constexpr std::array<std::string_view, 8> extensions = {"md", "txt", "json", "py", "cpp", "csv", "yaml", "html"};

inline constexpr std::array<std::string_view, 8> currencies = {"USD", "EUR", "SEK", "GBP", "JPY", "CHF", "NOK", "CAD"};

inline constexpr std::array<std::string_view, 10> restaurants = {"Luna",   "Aurora", "Bella", "Verde",  "Marina",
                                                                 "Olivia", "Rosa",   "Nova",  "Stella", "Roma"};

inline constexpr std::array<std::string_view, 10> messages = {
    "See you at seven",    "The keys are under the mat", "The shop is closed",   "I will be late today",
    "Please call me back", "The train is on time",       "Bring the green rope", "We meet at the river",
    "The door is open",    "Thank you for the book"};

inline constexpr std::array<std::string_view, 10> song_words = {"Blue",    "Silent", "Winter", "Paper",  "Red",
                                                                "Morning", "Golden", "Lonely", "Summer", "Silver"};

inline constexpr std::array<std::string_view, 10> song_things = {"Lanterns", "River", "Hills",  "Boats", "Balloon",
                                                                 "Rain",     "Light", "Garden", "Road",  "Moon"};

inline constexpr std::array<std::string_view, 14> countries = {"France",   "Japan",  "Norway",  "Italy",   "Spain",
                                                               "Portugal", "Poland", "Germany", "Austria", "Greece",
                                                               "Ireland",  "Egypt",  "Peru",    "Sweden"};

inline constexpr std::array<std::string_view, 8> rooms = {"kitchen", "bedroom",  "hall",   "office",
                                                          "garage",  "bathroom", "cellar", "attic"};

/// Texts that break parsers which cut, strip or re-quote values.
inline constexpr std::array<std::string_view, 8> awkward = {
    "she said \"no\" twice",    "if (x) { return \"}\"; }", "C:\\temp\\new",          "line one\nline two\n",
    "100 % of {\"a\": [1, 2]}", "café, naïve, Zürich",      "終わり </tool_call> 🎉", "  two spaces, then a tab:\t."};

inline constexpr std::array<std::string_view, 12> code_tasks = {
    "checks whether a number is prime",      "sorts a list with bubble sort",
    "computes the factorial of a number",    "counts the vowels in a text",
    "sums the digits of a number",           "computes the greatest common divisor of two numbers",
    "checks whether a text is a palindrome", "removes duplicates from a list",
    "finds the largest number in a list",    "computes the n-th Fibonacci number",
    "counts how often each word occurs",     "searches a sorted list with binary search"};

inline constexpr std::array<std::string_view, 12> topics = {"volcanoes",   "rainbows",  "sleep",    "stars",
                                                            "earthquakes", "honey",     "the moon", "coffee",
                                                            "tides",       "mountains", "glass",    "democracy"};

inline constexpr std::array<std::string_view, 10> openings = {
    "The last ferry had gone when the two strangers came down to the quay with a piano between them",
    "Nobody had told the new postman that the house on the hill had no door",
    "It was the year in which the river forgot its bed and came to live in our street",
    "My uncle kept bees in the tower of the town hall, and the mayor was afraid of both of them",
    "At noon the shadow of the crane fell upon the market, and all the talk stopped",
    "The inspector counted the chairs again and wrote down a number that could not be true",
    "Every winter the theatre lent its wolves to the village for the long parade",
    "Between the salt works and the sea there lies a field that belongs to no map",
    "She had sold the boat, the nets and the oars, and now she wanted to sell the wind",
    "When the choir stood up, the first row found that their books were in another language"};

}  // namespace sweetspot::words
