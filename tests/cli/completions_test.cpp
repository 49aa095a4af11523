#include "cli/completions.hpp"

#include "cli/help.hpp"
#include "cli/man_page.hpp"
#include "cli/options_tree.hpp"
#include "core/error.hpp"
#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;

namespace {

std::string without_backslashes(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
  return text;
}

}  // namespace

TEST_SUITE("cli/completions") {
  TEST_CASE("every command and every flag of the tree is in each completion script, in the man page and in the help") {
    const auto man = without_backslashes(man_page());
    for (const auto* shell : {"bash", "zsh", "fish"}) {
      CAPTURE(shell);
      const auto script = completions(shell);
      for (const auto& command : command_table()) {
        CAPTURE(command.name);
        CHECK(script.find(command.name) != std::string::npos);
        for (const auto& option : command.options) {
          if (option.positional) continue;
          CAPTURE(option.long_name);
          const auto flag = std::string{shell} == "fish" ? "-l " + option.long_name.substr(2) : option.long_name;
          CHECK(script.find(flag) != std::string::npos);
        }
      }
    }
    for (const auto& command : command_table()) {
      CHECK(man.find("sweetspot " + command.name) != std::string::npos);
      const auto help = help_text(command.name);
      for (const auto& option : command.options) {
        CAPTURE(option.long_name);
        CHECK(man.find(option.long_name) != std::string::npos);
        CHECK(help.find(option.long_name) != std::string::npos);
        CHECK_FALSE(option.description.empty());
      }
    }
  }

  TEST_CASE("the words of an option complete") {
    CHECK(completions("bash").find("--tier) COMPREPLY=($(compgen -W 'quick standard'") != std::string::npos);
    CHECK(completions("fish").find("-l tier -x -a 'quick standard'") != std::string::npos);
  }

  TEST_CASE("another shell is refused with the known ones") { CHECK_THROWS_AS(completions("csh"), Error); }

  TEST_CASE("golden: help") {
    auto text = help_text("");
    for (const auto& command : command_table()) text += "=== " + command.name + "\n" + help_text(command.name);
    CHECK(text == fixture::golden("help.txt", text));
  }

  TEST_CASE("help and exit codes fit a terminal of 100 columns") {
    for (const auto& command : command_table()) {
      const auto help = help_text(command.name);
      for (std::size_t start = 0; start < help.size();) {
        const auto end = help.find('\n', start);
        if (help.compare(start, 4, "  sw") != 0 && start != 0) CHECK(end - start <= 100);
        start = end + 1;
      }
    }
  }
}
