#include "cli/commands.hpp"

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "reports/report.hpp"
#include "run/evidence.hpp"
#include "run/store.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <system_error>

namespace sweetspot {

namespace {

std::string format_name(const Options& options);
const Trial& trial_named(const Study& study, const std::string& name);

}  // namespace

int command_show(const Options& options, Context& context) {
  std::error_code ignored;
  if (!std::filesystem::exists(context.paths.store, ignored))
    throw Error{fmt::format("there are no studies in {}", context.paths.store.string()),
                "make one: sweetspot tune ENGINE -m MODEL"};
  const auto& format = find_report_format(format_name(options));
  const Store store{context.paths.store};
  const auto study = store.load_study(store.resolve(options.study));
  const bool to_file = !options.output.empty() && options.output != "-";
  const ReportOptions report{to_file && options.colour != ColourChoice::always ? Colour::no : context.out_colour,
                             TrialTable::yes};
  if (options.trial.empty()) {
    write_result(options, context, format.study(study, report));
    return exit_ok;
  }
  const Trial& trial = trial_named(study, options.trial);
  std::string text = format.trial(study, trial, report);
  if (format_name(options) == "text" && trial.verdict && !trial.verdict->evidence_folder.empty())
    text += evidence_text(context.paths.evidence, trial.verdict->evidence_folder);
  write_result(options, context, text);
  return exit_ok;
}

namespace {

std::string format_name(const Options& options) {
  if (options.json && !options.format.empty() && options.format != "json")
    throw Error{fmt::format("--json and --as {} ask for different things", options.format), "give one of them"};
  if (options.json) return "json";
  return options.format.empty() ? "text" : options.format;
}

/// A number of the report, an id, or a unique prefix of one. Short numbers are numbers even where an id begins so.
const Trial& trial_named(const Study& study, const std::string& name) {
  std::size_t place = 0;
  const auto result = std::from_chars(name.data(), name.data() + name.size(), place);
  if (result.ec == std::errc{} && result.ptr == name.data() + name.size() && place >= 1 && place <= study.trials.size())
    return study.trials[place - 1];
  const Trial* found = nullptr;
  for (const auto& trial : study.trials) {
    if (trial.id == name) return trial;
    if (name.empty() || !trial.id.starts_with(name)) continue;
    if (found)
      throw Error{fmt::format("--trial {}: several trials begin so", escape_control(name)),
                  "write more of the id, or the number"};
    found = &trial;
  }
  if (!found)
    throw Error{fmt::format("--trial {}: the study has no such trial", escape_control(name)),
                study.trials.empty() ? "it has no trials at all" : fmt::format("numbers go from 1 to {}", study.trials.size())};
  return *found;
}

}  // namespace

}  // namespace sweetspot
