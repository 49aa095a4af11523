#include "cli/man_page.hpp"

#include "cli/help.hpp"
#include "cli/options_tree.hpp"
#include "cli/version.hpp"

#include <fmt/format.h>

#include <string_view>

namespace sweetspot {

namespace {

/// Plain text for roff: no escapes, no requests, hyphens that can be searched for and copied.
std::string roff(std::string_view text) {
  std::string result;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
    line_start = c == '\n';
  }
  return result;
}

std::string paragraph(std::string_view head, std::string_view body) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(head), roff(body));
}

std::string command_section(const CommandEntry& command) {
  auto text = fmt::format(".SS sweetspot {}\n{}.\n", command.name, roff(command.description));
  for (const auto& option : command.options) text += paragraph(option_usage(option), option.description + ".");
  return text + fmt::format(".PP\nExamples:\n.PP\n.nf\n{}\n.fi\n", roff(command.example));
}

}  // namespace

std::string man_page() {
  auto text = fmt::format(".TH SWEETSPOT 1 \"\" \"sweetspot {}\" \"User Commands\"\n", roff(version_number()));
  text += ".SH NAME\nsweetspot \\- find the fastest launch flags of a local LLM server that leave its output as it is\n";
  text +=
      ".SH SYNOPSIS\n.B sweetspot\n.I COMMAND\n[OPTIONS] [\\-\\- ENGINE ARGUMENTS]\n.br\n.B sweetspot\n\\-\\-help | "
      "\\-\\-version\n";
  text += ".SH DESCRIPTION\n" +
          roff(
              "Measures launch flags on this machine, compares the output of each with plain greedy decoding, refuses what "
              "changes it, "
              "and prints the command to run. The result goes to standard output, everything else to standard error.\n");
  text += ".SH COMMANDS\n";
  for (const auto& command : command_table()) text += command_section(command);
  text += ".SH EXIT STATUS\n.nf\n" + roff(exit_code_lines()) + ".fi\n";
  text += ".SH ENVIRONMENT\n" +
          paragraph("SWEETSPOT_OPTION",
                    "The value of --option where it is not given on the command line: "
                    "SWEETSPOT_STORE, SWEETSPOT_MIN_GAIN and so on.") +
          paragraph("NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR", "No colour, or colour also where there is no terminal.");
  text += ".SH FILES\n" +
          paragraph("$XDG_CONFIG_HOME/sweetspot/config.json",
                    "A JSON object, option to value, for what neither the command line nor the "
                    "environment says (without XDG_CONFIG_HOME: ~/.config).") +
          paragraph("$XDG_CONFIG_HOME/sweetspot/engines/", "Engine files of your own, *.json.") +
          paragraph("$XDG_STATE_HOME/sweetspot/studies.sqlite", "Stored studies (without XDG_STATE_HOME: ~/.local/state).") +
          paragraph("$XDG_CACHE_HOME/sweetspot/",
                    "Reference answers and the like; may be deleted (without XDG_CACHE_HOME: ~/.cache).");
  return text;
}

}  // namespace sweetspot
