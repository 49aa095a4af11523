#pragma once

#include "reports/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The parts of the text report; each ends with a line break, and is empty when there is nothing to say.
std::string speed_table(const Study& study);                      ///< default against recommended
std::string measuring_section(const Study& study);                ///< what happened to the measurements that the table shows
std::string findings_section(const Study& study);                 ///< what is wrong with engine or model as they come
std::string rejected_section(const Study& study, Colour colour);  ///< fastest temptation first
std::string lossy_section(const Study& study, Colour colour);     ///< measurably changed output, apart from the rest
std::string depth_section(const Study& study);                    ///< default and recommended at depth, where measured
std::string session_section(const Study& study);                  ///< the same through a conversation that grows
std::string picks_section(const Study& study);                    ///< what other goals would choose
std::string reverified_section(const Study& study);               ///< when the recommendation was looked at again
std::string_view reverified_state(const Reverification& again);   ///< "holds", "no longer holds", "not resolved"
std::string unmet_section(const Study& study);                    ///< the same output, but not as --require asks
std::string effects_section(const Study& study);                  ///< "No effect within 1.4 %: ..."
std::string dropped_section(const Study& study);                  ///< prompts that could not be compared
std::string failures_section(const Study& study);                 ///< trials that gave no measurement, counted by kind
std::string trial_table(const Study& study, Colour colour);       ///< every trial with its number

/// code-07: expected "a", got "b"
std::string evidence_text(const Evidence& evidence);

/// Parameters of which no value moved the score by more than `within` (share), and that bound. Those with about the same one
/// are together, the closest first.
struct NoEffect {
  std::vector<std::string> parameters;
  double within = 0;
};
std::vector<NoEffect> parameters_without_effect(const Study& study);

/// Why a prompt class could not be verified, as the dropped prompts tell it.
std::string not_verified_reason(const Study& study, const std::string& prompt_class);

/// Prompt classes in the order of the reports: code, tools, prose, then the others by name.
std::vector<std::string> class_order(std::vector<std::string> classes);

}  // namespace sweetspot
