#include "cli/completions.hpp"

#include "cli/help.hpp"
#include "cli/man_page.hpp"
#include "cli/options_tree.hpp"
#include "core/error.hpp"
#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

std::string without_backslashes(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
  return text;
}

/// The part of a bash or zsh script that serves one command.
std::string section(const std::string& script, const std::vector<CommandEntry>& table, std::size_t place) {
  const auto start = script.find("    " + table[place].name + ")\n");
  const auto end =
      place + 1 < table.size() ? script.find("    " + table[place + 1].name + ")\n") : script.find("\n  esac", start);
  return start == std::string::npos ? std::string{} : script.substr(start, end - start);
}

bool holds_any(const std::string& text, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&text](const std::string& part) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_SUITE("cli/completions") {
  TEST_CASE("every flag of the tree is offered by each completion script, for its command") {
    const auto table = command_table();
    const auto bash = completions("bash"), zsh = completions("zsh"), fish = completions("fish");
    for (std::size_t place = 0; place < table.size(); ++place) {
      CAPTURE(table[place].name);
      for (const auto& option : table[place].options) {
        if (option.positional) continue;
        const auto& flag = option.long_name;
        CAPTURE(flag);
        CHECK(holds_any(section(bash, table, place), {" " + flag + " ", "'" + flag + " ", " " + flag + "'"}));
        CHECK(holds_any(section(zsh, table, place), {flag + "["}));
        const auto line =
            "from " + table[place].name + "'" + (option.short_name.empty() ? "" : " -s " + option.short_name.substr(1));
        CHECK(holds_any(fish, {line + " -l " + flag.substr(2) + " "}));
      }
    }
  }

  TEST_CASE("every command and every flag of the tree is in the man page and in the help") {
    const auto man = without_backslashes(man_page());
    for (const auto& command : command_table()) {
      CAPTURE(command.name);
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
    CHECK(completions("bash").find("--tier) COMPREPLY=($(compgen -W 'quick standard release'") != std::string::npos);
    CHECK(completions("fish").find("-l tier -x -a 'quick standard release'") != std::string::npos);
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
