#pragma once

#include "backends/descriptor.hpp"
#include "backends/launch_plan.hpp"

#include <string>

namespace sweetspot {

/// What fake_server is, as an engine.
inline EngineDescriptor fake_engine() {
  EngineDescriptor engine;
  engine.name = "fake-server";
  engine.ready.path = "/health";
  engine.ready.pointer = "/status";
  engine.ready.value = "ok";
  engine.ready.properties_path = "/props";
  engine.ready.alias_pointer = "/model_alias";
  engine.protocol.chat_path = "/v1/chat/completions";
  engine.protocol.model = "{alias}";
  engine.protocol.reasoning_field = "reasoning_content";
  engine.protocol.terminator = "[DONE]";
  engine.protocol.usage_pointer = "/usage";
  engine.protocol.timings_pointer = "/timings";
  for (const char* name : {"prompt_ms", "predicted_ms", "prompt_n", "predicted_n", "cache_n", "draft_n", "draft_n_accepted"}) {
    engine.protocol.timings[name] = name;
  }
  engine.protocol.greedy_json = R"({"temperature":0,"top_k":1})";
  engine.protocol.no_cache_json = R"({"cache_prompt":false})";
  engine.protocol.logprobs_json = R"({"logprobs":true,"top_logprobs":10})";
  engine.protocol.template_path = "/apply-template";
  engine.protocol.tokenize_path = "/tokenize";
  engine.protocol.completion_path = "/completion";
  engine.failures = {
      {"failed to allocate", FailureKind::out_of_memory, "use a smaller context"},
      {"requires flash_attn", FailureKind::unsupported, ""},
  };
  return engine;
}

/// The command line of fake_server (`binary`) with a fault.
inline LaunchPlan fake_plan(const std::string& binary, const std::string& fault = "none") {
  LaunchPlan plan;
  plan.argv = {binary, "--port", "{port}", "--alias", "{alias}", "--fault", fault};
  return plan;
}

}  // namespace sweetspot
