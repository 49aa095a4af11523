#include "backends/descriptor_gaps.hpp"

#include <algorithm>
#include <map>

namespace sweetspot {

namespace {

void add_protocol_gaps(const EngineDescriptor::Protocol& protocol, std::vector<std::string>& gaps) {
  if (protocol.logprobs_json.empty())
    gaps.emplace_back(
        "no protocol.logprobs: texts that differ are not scored by the engine; they are held against how much it "
        "differs from itself, or scored by another engine (--scorer)");
  else if (protocol.template_path.empty() || protocol.tokenize_path.empty() || protocol.completion_path.empty())
    gaps.emplace_back(
        "no protocol.template_path, tokenize_path and completion_path: only the first token that differs is judged by "
        "its margin, the rest of the text is not re-scored");
  if (protocol.usage_pointer.empty())
    gaps.emplace_back("no protocol.usage_pointer: token counts are not checked against the text");
  if (!protocol.timings.contains("draft_n"))
    gaps.emplace_back("no protocol.timings.draft_n: that drafts were made and how many were accepted cannot be seen");
  if (protocol.terminator.empty()) gaps.emplace_back("no protocol.terminator: a stream that was cut off may look complete");
  if (protocol.greedy_json.empty())
    gaps.emplace_back("no protocol.greedy: what the engine samples by default is not switched off");
}

void add_launch_gaps(const EngineDescriptor& engine, std::vector<std::string>& gaps) {
  if (engine.ready.alias_pointer.empty())
    gaps.emplace_back("no ready.alias_pointer: that our own process answers is taken from its port alone");
  if (engine.identity.version_arguments.empty())
    gaps.emplace_back("no identity.version_arguments: another version of the engine is not told from this one");
  if (engine.identity.help_style == "none")
    gaps.emplace_back("identity.help_style is none: flags that a build lacks show only when it is launched");
  if (engine.reference.empty())
    gaps.emplace_back("no reference: plain greedy decoding is the default's, whatever that speculates or caches");
  if (engine.failures.empty()) gaps.emplace_back("no failures: why a launch failed is told by its last lines alone");
}

}  // namespace

std::vector<std::string> descriptor_gaps(const EngineDescriptor& engine) {
  std::vector<std::string> gaps;
  if (can_launch(engine))
    add_launch_gaps(engine, gaps);
  else
    gaps.emplace_back("no identity.executables: servers are measured and checked where they run, never started or tuned");
  if (engine.identity.recognised_by.empty())
    gaps.emplace_back("no identity.recognised_by: at a --url it is spoken to as openai unless it is named");
  add_protocol_gaps(engine.protocol, gaps);
  for (const EngineParameter& row : engine.parameters) {
    const bool relaxed = row.parameter.effect == Effect::unverified;
    const bool trapped = std::ranges::any_of(engine.traps, [&](const Trap& trap) {
      return std::ranges::any_of(trap.when, [&](const Condition& when) { return when.parameter == row.parameter.name; });
    });
    if (relaxed && !trapped)
      gaps.push_back("parameter " + row.parameter.name +
                     " is unverified, and no trap says what it relaxes and where that is written");
  }
  if (engine.proven.empty()) gaps.emplace_back("no proven: the description was never tested against a version");
  return gaps;
}

}  // namespace sweetspot
