#include "demo_engine/server/assembler.hpp"

#include "demo_engine/server/text.hpp"

#include <algorithm>
#include <utility>

namespace demo {

Assembler::Assembler(const Vocabulary& vocabulary, const Markers& markers, Tools tools, Start start, StopTexts stop,
                     std::uint64_t id_seed, RequestTraps& traps)
    : vocabulary_(vocabulary),
      markers_(markers),
      tools_(tools),
      stop_(std::move(stop)),
      ids_(id_seed),
      traps_(traps),
      whole_calls_(traps.has(&TrapHooks::call)),
      channel_(start == Start::thoughts ? Channel::reasoning : Channel::content) {}

void Assembler::take(const TokenRecord& record) {
  ++delta_.tokens;
  if (record.token == markers_.end_of_turn) return;
  if (!take_marker(record.token)) {
    std::string piece = vocabulary_.piece(record.token);
    traps_.strike(&TrapHooks::bytes, piece);
    take_text(piece);
  }
  delta_.records.push_back(record);
}

void Assembler::finish() {
  if (!unfinished_.empty()) write(valid_text(std::exchange(unfinished_, {})));
  delta_.content += stop_.rest();
  if (channel_ == Channel::call) end_call(true);
  delta_.last = true;
}

Delta Assembler::take_delta() { return std::exchange(delta_, {}); }

bool Assembler::take_marker(Token token) {
  const bool call = tools_ == Tools::yes && channel_ != Channel::reasoning;
  if (token == markers_.think_open || token == markers_.think_close) {
    channel_ = token == markers_.think_open ? Channel::reasoning : Channel::content;
    skip_blanks_ = true;
  } else if (token == markers_.call_open && call && channel_ == Channel::content) {
    start_call();
  } else if (token == markers_.call_close && call && channel_ == Channel::call) {
    end_call(false);
  } else {
    return false;
  }
  return true;
}

void Assembler::take_text(std::string_view piece) {
  unfinished_ += piece;
  const std::size_t whole = unfinished_.size() - incomplete_tail(unfinished_);
  if (whole == 0) return;
  const std::string text = valid_text(std::string_view(unfinished_).substr(0, whole));
  unfinished_.erase(0, whole);
  write(text);
}

void Assembler::write(std::string_view text) {
  if (channel_ == Channel::call) {
    write_call(text);
    return;
  }
  if (skip_blanks_) {
    const auto first = text.find_first_not_of("\n ");
    if (first == std::string_view::npos) return;
    text.remove_prefix(first);
    skip_blanks_ = false;
  }
  if (channel_ == Channel::reasoning) delta_.reasoning += text;
  if (channel_ == Channel::content) delta_.content += stop_.take(text);
}

void Assembler::start_call() {
  delta_.content += stop_.rest();
  channel_ = Channel::call;
  skip_blanks_ = false;
  parser_ = CallParser();
  call_opened_ = false;
}

void Assembler::write_call(std::string_view text) {
  parser_.feed(text);
  if (whole_calls_ || !parser_.opened()) return;
  const bool starts = !std::exchange(call_opened_, true);
  std::string arguments = parser_.take_arguments();
  if (starts) {
    ++calls_sent_;
    delta_.calls.push_back({calls_, true, new_id(), parser_.name(), std::move(arguments), false});
  } else if (!arguments.empty()) {
    auto& calls = delta_.calls;
    if (calls.empty() || calls.back().index != calls_) calls.push_back({calls_, false, {}, {}, "", false});
    calls.back().arguments += arguments;
  }
}

void Assembler::end_call(bool cut) {
  channel_ = Channel::content;
  skip_blanks_ = true;
  if (whole_calls_ && parser_.opened()) {
    send_whole_call(cut);
  } else if (!parser_.opened()) {
    // No call that could be read: what the model wrote is the text.
    delta_.content += "<tool_call>" + parser_.raw() + (cut ? "" : "</tool_call>");
    return;
  }
  ++calls_;
}

void Assembler::send_whole_call(bool cut) {
  WholeCall call;
  call.index = calls_;
  call.id = new_id();
  call.name = parser_.name();
  call.arguments = parser_.take_arguments();
  traps_.strike(&TrapHooks::call, call);
  if (call.fate == WholeCall::Fate::content) delta_.content += "<tool_call>" + parser_.raw() + (cut ? "" : "</tool_call>");
  if (call.fate == WholeCall::Fate::call) send(call);
}

void Assembler::send(const WholeCall& call) {
  ++calls_sent_;
  delta_.calls.push_back({call.index, true, call.id, call.name, call.arguments, call.arguments_as_object});
  if (call.split) delta_.calls.push_back({call.index ? *call.index + 1 : 0, true, {}, {}, call.arguments, false});
}

std::string Assembler::new_id() {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string id = "call_";
  for (int i = 0; i < 24; ++i) id += letters[ids_.below(letters.size())];
  return id;
}

}  // namespace demo
