#include "demo_engine/server/endpoints.hpp"
#include "demo_engine/server/generation.hpp"
#include "demo_engine/server/request.hpp"
#include "demo_engine/server/response_json.hpp"
#include "demo_engine/server/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace demo {

using Json = nlohmann::ordered_json;

namespace {

/// Collects raw text: no channels, no calls.
class RawText final : public AnswerSink {
public:
  void begin() override {}
  void take(Delta delta) override {
    text += delta.reasoning + delta.content;
    std::move(delta.records.begin(), delta.records.end(), std::back_inserter(records));
  }
  void end(const Ending& how) override { ending = how; }

  std::string text;
  std::vector<TokenRecord> records;
  std::optional<Ending> ending;
};

std::vector<Token> prompt_of(const Engine& engine, const CompletionRequest& request) {
  const Vocabulary& vocabulary = engine.target.vocabulary();
  std::vector<Token> tokens;
  if (const auto* text = std::get_if<std::string>(&request.prompt)) {
    tokens = vocabulary.encode(*text, Vocabulary::Specials::parse);
  } else {
    tokens = std::get<std::vector<Token>>(request.prompt);
  }
  if (tokens.empty()) throw BadRequest("Field 'prompt': must not be empty");
  for (const Token token : tokens) {
    if (static_cast<std::size_t>(token) >= vocabulary.size())
      throw BadRequest(fmt::format("Field 'prompt': there is no token {}", token));
  }
  if (tokens.size() + 1 > static_cast<std::size_t>(engine.options.context))
    throw BadRequest("the request exceeds the available context size", 400, "exceed_context_size_error");
  return tokens;
}

Json body_of(const Engine& engine, const RawText& answer, std::size_t slot, bool probabilities) {
  const Counts& counts = answer.ending->counts;
  Json body = {{"index", 0},
               {"content", answer.text},
               {"tokens", Json::array()},
               {"id_slot", slot},
               {"stop", true},
               {"model", engine.said.alias},
               {"tokens_predicted", counts.completion},
               {"tokens_evaluated", counts.prompt},
               {"truncated", false},
               {"stop_type", answer.ending->finish_reason == "length" ? "limit" : "eos"},
               {"tokens_cached", counts.prompt + counts.completion - 1}};
  if (engine.options.offers.timings) body["timings"] = timings_json(counts);
  if (probabilities)
    body["completion_probabilities"] = logprobs_json(answer.records, engine.target.vocabulary(), engine.options.offers);
  return body;
}

}  // namespace

void answer_completion(Engine& engine, const HttpRequest& http, Responder& responder) {
  const CompletionRequest request = completion_request(parsed_body(http.body));
  if (request.generation.stream) throw BadRequest("Field 'stream': only chat answers are streamed here");
  GenerationPlan plan;
  plan.decode.prompt = prompt_of(engine, request);
  plan.decode.sampler = request.generation.sampler;
  plan.decode.seed = request.generation.seed.value_or(0);
  const int room = engine.options.context - static_cast<int>(plan.decode.prompt.size());
  plan.decode.max_tokens = request.generation.max_tokens < 0 ? room : std::clamp(request.generation.max_tokens, 1, room);
  plan.decode.cache_prompt = request.generation.cache_prompt;
  plan.stop = request.generation.stop;
  const bool probabilities = request.n_probs > 0 && engine.options.offers.logprobs;
  plan.decode.alternatives = probabilities ? request.n_probs : -1;
  const auto gone = [&] { return responder.gone(); };
  const SlotLease slot = engine.slots.take(plan.decode.prompt, gone);
  if (!slot) return;
  // What is computed for its own sake is computed well: traps are for chats.
  RequestTraps traps({}, engine.options, engine.target.vocabulary(), engine.crossing, slot->number, {});
  Pacer pacer(engine.clock.time_scale(), gone);
  RawText answer;
  generate(engine, *slot, plan, traps, pacer, answer);
  if (!answer.ending) return;
  responder.send(200, body_of(engine, answer, slot->number, probabilities).dump(-1, ' ', false, Json::error_handler_t::replace));
}

void answer_tokenize(Engine& engine, const HttpRequest& http, Responder& responder) {
  if (!engine.options.offers.token_ids) throw BadRequest("File Not Found", 404, "not_found_error");
  const Json body = parsed_body(http.body);
  const auto specials = flag_field(body, "parse_special", true) ? Vocabulary::Specials::parse : Vocabulary::Specials::as_text;
  const Json answer = {{"tokens", engine.target.vocabulary().encode(text_field(body, "content"), specials)}};
  responder.send(200, answer.dump());
}

void answer_detokenize(Engine& engine, const HttpRequest& http, Responder& responder) {
  if (!engine.options.offers.token_ids) throw BadRequest("File Not Found", 404, "not_found_error");
  const Json body = parsed_body(http.body);
  if (!body.contains("tokens")) throw BadRequest("'tokens' is required");
  const auto tokens = token_list(body["tokens"], "tokens");
  for (const Token token : tokens) {
    if (static_cast<std::size_t>(token) >= engine.target.vocabulary().size())
      throw BadRequest(fmt::format("Field 'tokens': there is no token {}", token));
  }
  const Json answer = {{"content", valid_text(engine.target.vocabulary().decode(tokens))}};
  responder.send(200, answer.dump());
}

}  // namespace demo
