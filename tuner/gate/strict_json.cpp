#include "gate/strict_json.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace sweetspot {
namespace {

using Json = nlohmann::json;

StrictJson read_strictly(std::string_view text);
Json exact(std::string_view text);
std::string first_difference(const Json& expected, const Json& observed, const std::string& pointer);

}  // namespace

StrictJson check_strict_json(std::string_view text) { return read_strictly(text); }

bool same_json(std::string_view a, std::string_view b) {
  return check_strict_json(a).ok() && check_strict_json(b).ok() && exact(a) == exact(b);
}

std::string json_difference(std::string_view expected, std::string_view observed) {
  for (const auto& [text, name] : {std::pair{expected, "expected"}, std::pair{observed, "observed"}}) {
    if (const StrictJson checked = check_strict_json(text); !checked.ok())
      return std::string(": ") + name + " no JSON (" + checked.fault + " at byte " + std::to_string(checked.offset) + ")";
  }
  return first_difference(exact(expected), exact(observed), "");
}

namespace {

constexpr const char* not_finite = "NaN and Infinity are no JSON numbers";
constexpr std::size_t shown_length = 120;  // of a value in a message

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Walks over the document once. Open containers are on a stack of its own, so that depth is a number and not a crash.
class Reader {
public:
  explicit Reader(std::string_view text) : text_(text) {}

  StrictJson read() {
    while (result_.ok() && !done_) step();
    if (!result_.ok()) return result_;
    skip_space();
    if (at_ < text_.size()) fail("bytes after the end of the document");
    return result_;
  }

private:
  enum class Expect { value, value_or_close, key, key_or_close, comma_or_close };
  struct Container {
    char close = '}';
    std::set<std::string> keys;
  };

  void fail(std::string what) {
    if (!result_.ok()) return;
    result_.fault = std::move(what);
    result_.offset = at_;
  }

  bool more() const { return at_ < text_.size(); }

  void skip_space() {
    while (more() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  void step() {
    skip_space();
    if (!more()) return fail(text_.empty() ? "empty" : "ends too early");
    switch (expect_) {
      case Expect::value: return value();
      case Expect::value_or_close: return text_[at_] == ']' ? close() : value();
      case Expect::key: return key();
      case Expect::key_or_close: return text_[at_] == '}' ? close() : key();
      case Expect::comma_or_close: return comma_or_close();
    }
  }

  void value() {
    const char c = text_[at_];
    if (c == '{' || c == '[') return open(c);
    if (c == '"') {
      std::string ignored;
      string(ignored);
    } else if (c == '-' || is_digit(c)) {
      number();
    } else if (!word("true") && !word("false") && !word("null")) {
      const std::string_view rest = text_.substr(at_);
      return fail(rest.starts_with("NaN") || rest.starts_with("Infinity") ? not_finite : "a value was expected");
    }
    end_of_value();
  }

  void open(char c) {
    if (stack_.size() >= static_cast<std::size_t>(limits::json_depth))
      return fail("nested deeper than " + std::to_string(limits::json_depth));
    stack_.push_back(Container{c == '{' ? '}' : ']', {}});
    expect_ = c == '{' ? Expect::key_or_close : Expect::value_or_close;
    ++at_;
  }

  void close() {
    ++at_;
    stack_.pop_back();
    end_of_value();
  }

  void end_of_value() {
    expect_ = Expect::comma_or_close;
    done_ = stack_.empty();
  }

  void key() {
    if (text_[at_] != '"') return fail("a key in quotes was expected");
    const std::size_t start = at_;
    std::string name;
    string(name);
    if (!result_.ok()) return;
    if (!stack_.back().keys.insert(name).second) {
      at_ = start;
      return fail("duplicate key \"" + shortened(escape_control(name), shown_length) + "\"");
    }
    skip_space();
    if (!more()) return fail("ends too early");
    if (text_[at_] != ':') return fail("a colon was expected after the key");
    ++at_;
    expect_ = Expect::value;
  }

  void comma_or_close() {
    const char c = text_[at_];
    if (c == stack_.back().close) return close();
    if (c != ',') return fail(std::string("a comma or ") + stack_.back().close + " was expected");
    ++at_;
    expect_ = stack_.back().close == '}' ? Expect::key : Expect::value;
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  void digits() {
    if (!more() || !is_digit(text_[at_])) return fail("a digit was expected");
    while (more() && is_digit(text_[at_])) ++at_;
  }

  void number() {
    if (text_[at_] == '-') ++at_;
    if (text_.substr(at_).starts_with("Infinity")) return fail(not_finite);
    if (more() && text_[at_] == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))
      return fail("a number with a leading zero");
    digits();
    if (more() && text_[at_] == '.') {
      ++at_;
      digits();
    }
    if (more() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (more() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      digits();
    }
  }

  /// Appends the decoded string to `out`; `at_` is on the opening quote.
  void string(std::string& out) {
    const std::size_t start = at_++;
    while (result_.ok()) {
      if (!more()) {
        at_ = text_.size();
        return fail("a string does not end");
      }
      const char c = text_[at_];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) return fail("a raw control character in a string");
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
        ++at_;
      }
    }
    if (!result_.ok()) return;
    ++at_;
    if (!valid_utf8(text_.substr(start, at_ - start))) {
      at_ = start;
      fail("bytes in a string that are not UTF-8");
    }
  }

  void escape(std::string& out) {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (at_ + 1 >= text_.size()) return fail("a string does not end");
    const char c = text_[at_ + 1];
    if (const auto found = letters.find(c); found != std::string_view::npos) {
      out += meanings[found];
      at_ += 2;
      return;
    }
    if (c != 'u') return fail("an unknown escape");
    std::int32_t code = hexadecimal(at_ + 2);
    if (code < 0) return fail("four hexadecimal digits were expected after \\u");
    std::size_t length = 6;
    if (code >= 0xD800 && code <= 0xDFFF) {
      const std::int32_t low = code < 0xDC00 && text_.substr(at_ + 6, 2) == "\\u" ? hexadecimal(at_ + 8) : -1;
      if (low < 0xDC00 || low > 0xDFFF) return fail("a lone surrogate");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      length = 12;
    }
    append_utf8(out, static_cast<std::uint32_t>(code));
    at_ += length;
  }

  std::int32_t hexadecimal(std::size_t from) const {
    if (from + 4 > text_.size()) return -1;
    std::int32_t code = 0;
    for (const char c : text_.substr(from, 4)) {
      const int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return -1;
      code = code * 16 + digit;
    }
    return code;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
      byte(0xC0 | (code >> 6));
    } else if (code < 0x10000) {
      byte(0xE0 | (code >> 12));
      byte(0x80 | ((code >> 6) & 0x3F));
    } else {
      byte(0xF0 | (code >> 18));
      byte(0x80 | ((code >> 12) & 0x3F));
      byte(0x80 | ((code >> 6) & 0x3F));
    }
    byte(0x80 | (code & 0x3F));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Expect expect_ = Expect::value;
  bool done_ = false;
  std::vector<Container> stack_;
  StrictJson result_;
};

StrictJson read_strictly(std::string_view text) { return Reader(text).read(); }

/// Builds a document in which a number with fraction or exponent is kept as it is written (as binary, a kind of value that
/// JSON text cannot give), because a double would make 0.1 and 0.10 equal, and long integers too.
class ExactBuilder : public nlohmann::json_sax<Json> {
public:
  Json root;

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(Json::number_integer_t value) override { return put(value); }
  bool number_unsigned(Json::number_unsigned_t value) override { return put(value); }
  bool number_float(Json::number_float_t, const std::string& text) override {
    return put(Json::binary(std::vector<std::uint8_t>(text.begin(), text.end())));
  }
  bool string(std::string& value) override { return put(value); }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool key(std::string& value) override {
    key_ = value;
    return true;
  }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

private:
  Json* place(Json value) {
    if (open_.empty()) return &(root = std::move(value));
    Json& container = *open_.back();
    if (container.is_object()) return &(container[key_] = std::move(value));
    container.push_back(std::move(value));
    return &container.back();
  }
  bool put(Json value) {
    place(std::move(value));
    return true;
  }
  bool enter(Json value) {
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }

  std::string key_;
  std::vector<Json*> open_;
};

/// Only for texts that passed check_strict_json.
Json exact(std::string_view text) {
  ExactBuilder builder;
  Json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder.root);
}

std::string shown(const Json& value) {
  if (value.is_binary()) return {value.get_binary().begin(), value.get_binary().end()};
  if (value.is_structured() && !value.empty())
    return value.is_object() ? "an object" : "a list of " + std::to_string(value.size());
  return shortened(escape_control(value.dump()), shown_length);
}

std::string first_difference(const Json& expected, const Json& observed, const std::string& pointer) {
  if (expected == observed) return {};
  const std::string below = pointer + "/";
  if (expected.is_object() && observed.is_object()) {
    for (const auto& [name, value] : expected.items()) {
      if (!observed.contains(name)) return below + name + ": missing, expected " + shown(value);
      if (auto found = first_difference(value, observed.at(name), below + name); !found.empty()) return found;
    }
    for (const auto& [name, value] : observed.items()) {
      if (!expected.contains(name)) return below + name + ": not expected, observed " + shown(value);
    }
  }
  if (expected.is_array() && observed.is_array() && expected.size() == observed.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (auto found = first_difference(expected[i], observed[i], below + std::to_string(i)); !found.empty()) return found;
    }
  }
  return pointer + ": expected " + shown(expected) + ", observed " + shown(observed);
}

}  // namespace
}  // namespace sweetspot
