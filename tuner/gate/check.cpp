#include "gate/check.hpp"

#include "gate/answer_format.hpp"
#include "gate/depth_prompts.hpp"

#include <array>

namespace sweetspot {

std::span<const PromptCheckRow> prompt_checks() {
  static constexpr std::array rows = {
      PromptCheckRow{"G3", "protocol", check_protocol},         PromptCheckRow{"G3", "asked form", check_format, is_constrained},
      PromptCheckRow{"G4", "conservation", check_conservation}, PromptCheckRow{"G5", "streaming", check_stream},
      PromptCheckRow{"G8", "tool calls", check_tools},          PromptCheckRow{"G9", "degeneration", check_detectors},
      PromptCheckRow{"G11", "depth", check_depth, is_deep},
  };
  return rows;
}

std::string calls_text(const RequestSample& sample) {
  std::string text;
  for (const ToolCall& call : sample.calls) text += (text.empty() ? "" : "\n") + call.name + "(" + call.arguments + ")";
  return text;
}

std::string whole_text(const RequestSample& sample) {
  std::string text = sample.reasoning;
  if (!text.empty() && !sample.text.empty()) text += "\n";
  text += sample.text;
  if (!text.empty() && !sample.calls.empty()) text += "\n";
  return text + calls_text(sample);
}

}  // namespace sweetspot
