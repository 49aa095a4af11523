#include "demo_engine/server/generation.hpp"

#include <chrono>
#include <utility>

namespace demo {

namespace {

using Wall = std::chrono::steady_clock;

double ms_between(Wall::time_point from, Wall::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

void generate(Engine& engine, Slot& slot, const GenerationPlan& plan, RequestTraps& traps, Pacer& pacer, AnswerSink& sink) {
  const auto start = Wall::now();
  Decoder decoder(engine, slot, plan.decode, traps, pacer);
  const auto begins = traps.facts().in_reasoning ? Assembler::Start::thoughts : Assembler::Start::answer;
  Assembler assembler(engine.target.vocabulary(), engine.markers, plan.tools, begins, StopTexts(plan.stop), plan.id_seed, traps);
  Ending ending;
  Counts& counts = ending.counts;
  counts.prompt = static_cast<std::int64_t>(plan.decode.prompt.size());
  counts.cached = static_cast<std::int64_t>(decoder.read_prompt());
  counts.timed_prompt = counts.prompt - counts.cached;
  if (!pacer.wait()) return;
  sink.begin();
  auto first = Wall::now();
  counts.prompt_ms = ms_between(start, first);
  while (decoder.end() == Decoder::End::none && !assembler.stopped()) {
    const Step step = decoder.next_step();
    counts.drafted += step.drafted;
    counts.accepted += step.accepted;
    counts.completion = decoder.decided() - static_cast<int>(step.tokens.size());
    for (const TokenRecord& record : step.tokens) {
      if (assembler.stopped()) break;  // drafted beyond the end
      assembler.take(record);
      ++counts.completion;
    }
    const bool over = decoder.end() != Decoder::End::none || assembler.stopped();
    const bool due = assembler.pending_tokens() >= plan.stream_interval;
    if (over) assembler.finish();
    if (due && !over && plan.streamed) pacer.work(delta_ms);
    if (!pacer.wait()) return;
    if (!due && !over) continue;
    Delta delta = assembler.take_delta();
    traps.strike(&TrapHooks::delta, delta);
    const bool leave = delta.then == Delta::Then::hang_up;
    if (!delta.empty() || !delta.records.empty() || delta.then != Delta::Then::go_on) sink.take(std::move(delta));
    if (leave) return;
  }
  counts.completion_said = counts.completion;
  counts.predicted_ms = ms_between(first, Wall::now());
  const bool cut = decoder.end() == Decoder::End::length && !assembler.stopped();
  ending.finish_reason = cut ? "length" : assembler.called() ? "tool_calls" : "stop";
  traps.strike(&TrapHooks::ending, ending);
  sink.end(ending);
}

}  // namespace demo
