#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace sweetspot {

/// The program cannot go on: bad flag, no model, unwritable file. `what()` says what happened and with which value,
/// `hint` what to do next. Exit code 2.
class Error : public std::runtime_error {
public:
  explicit Error(const std::string& message, std::string hint = {}) : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

private:
  std::string hint_;
};

/// The user asked to stop (Ctrl-C, SIGTERM). Exit code 130; everything measured so far is already stored.
class Interrupted : public std::runtime_error {
public:
  Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace sweetspot
