#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// Readers of option texts; each throws Error that shows the text and what is allowed.
std::string not_empty(const std::string& text);
std::string one_of(const std::string& text, const std::vector<std::string>& words);
std::int64_t whole_number(const std::string& text, std::int64_t low, std::int64_t high);
double real_number(const std::string& text, double low, double high);

/// "0,4k,32k" -> tokens, k = 1024; each once.
std::vector<std::int64_t> depths_from(const std::string& text);

/// "temperature=0.6,top_p=0.95" -> name and value.
std::map<std::string, double> sampler_from(const std::string& text);

/// Calls `take` with the text; an Error gets the option's long name in front.
void read_named(const std::string& option, const std::string& text, const std::function<void(const std::string&)>& take);

}  // namespace sweetspot
