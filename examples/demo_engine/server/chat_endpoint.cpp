#include "demo_engine/server/answer_sinks.hpp"
#include "demo_engine/server/endpoints.hpp"
#include "demo_engine/server/request.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace demo {

namespace {

std::vector<Token> prompt_tokens(const Engine& engine, const ChatRequest& request) {
  std::string text;
  try {
    const bool reasoning = request.reasoning.value_or(engine.options.reasoning);
    text = apply_chat_template(request.messages_json, engine.options.offers.tools ? request.tools_json : "", reasoning);
  } catch (const std::invalid_argument& error) {
    throw BadRequest(error.what());
  }
  auto tokens = engine.target.vocabulary().encode(text, Vocabulary::Specials::parse);
  if (tokens.size() + 1 > static_cast<std::size_t>(engine.options.context)) {
    throw BadRequest(
        fmt::format("the request exceeds the available context size ({} of {} tokens)", tokens.size(), engine.options.context),
        400, "exceed_context_size_error");
  }
  return tokens;
}

/// The same for the same prompt, whatever else differs.
std::uint64_t identity_of(const std::vector<Token>& prompt) {
  std::uint64_t hash = 0;
  for (const Token token : prompt) hash = Random(hash ^ static_cast<std::uint64_t>(token)).next();
  return hash;
}

GenerationPlan plan_of(const Engine& engine, const ChatRequest& request, std::uint64_t number) {
  const auto& fields = request.generation;
  GenerationPlan plan;
  plan.decode.prompt = prompt_tokens(engine, request);
  plan.decode.sampler = fields.sampler;
  plan.decode.seed = fields.seed.value_or(seed_for(number, "unseeded request"));
  const int room = engine.options.context - static_cast<int>(plan.decode.prompt.size());
  plan.decode.max_tokens = fields.max_tokens < 0 ? room : std::clamp(fields.max_tokens, 1, room);
  plan.decode.cache_prompt = fields.cache_prompt;
  plan.stop = fields.stop;
  plan.decode.alternatives = request.logprobs && engine.options.offers.logprobs ? request.top_logprobs : -1;
  const bool tools = !request.tools_json.empty() && engine.options.offers.tools;
  plan.decode.must_call = tools && request.tool_choice == ChatRequest::ToolChoice::required;
  plan.tools = tools ? Assembler::Tools::yes : Assembler::Tools::no;
  plan.streamed = fields.stream;
  plan.stream_interval = fields.stream ? engine.options.stream_interval : 1;
  plan.id_seed = seed_for(number, "call ids");
  return plan;
}

ResponseHead head_of(const Engine& engine, std::uint64_t number) {
  ResponseHead head;
  head.id = fmt::format("chatcmpl-{:016x}", seed_for(number, engine.said.alias));
  head.model = engine.said.alias;
  head.created = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  head.offers = engine.options.offers;
  return head;
}

}  // namespace

void answer_chat(Engine& engine, const HttpRequest& http, Responder& responder) {
  const ChatRequest request = chat_request(parsed_body(http.body));
  const int number = ++engine.chat_requests;
  const GenerationPlan plan = plan_of(engine, request, static_cast<std::uint64_t>(number));
  const auto gone = [&] { return responder.gone(); };
  const SlotLease slot = engine.slots.take(plan.decode.prompt, gone);
  if (!slot) return;
  Facts facts;
  facts.request = number;
  facts.prompt_tokens = static_cast<int>(plan.decode.prompt.size());
  facts.streaming = plan.streamed;
  facts.tools = plan.tools == Assembler::Tools::yes;
  facts.temperature = plan.decode.sampler.greedy() ? 0 : plan.decode.sampler.temperature;
  facts.max_tokens = plan.decode.max_tokens;
  facts.identity = identity_of(plan.decode.prompt);
  const Vocabulary& vocabulary = engine.target.vocabulary();
  RequestTraps traps(engine.traps, engine.options, vocabulary, engine.crossing, slot->number, facts);
  Pacer pacer(engine.clock.time_scale(), gone);
  const ResponseHead head = head_of(engine, static_cast<std::uint64_t>(number));
  const bool logprobs = plan.decode.alternatives >= 0;
  if (plan.streamed) {
    StreamedAnswer sink(head, {logprobs, request.generation.include_usage}, vocabulary, traps, responder);
    generate(engine, *slot, plan, traps, pacer, sink);
  } else {
    WholeAnswer sink(head, logprobs, vocabulary, traps, responder);
    generate(engine, *slot, plan, traps, pacer, sink);
  }
}

void answer_template(Engine& engine, const HttpRequest& http, Responder& responder) {
  const ChatRequest request = chat_request(parsed_body(http.body));
  try {
    const bool reasoning = request.reasoning.value_or(engine.options.reasoning);
    const nlohmann::ordered_json body = {{"prompt", apply_chat_template(request.messages_json, request.tools_json, reasoning)}};
    responder.send(200, body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } catch (const std::invalid_argument& error) {
    throw BadRequest(error.what());
  }
}

}  // namespace demo
