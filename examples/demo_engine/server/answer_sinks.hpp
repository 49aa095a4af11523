#pragma once

#include "demo_engine/server/connection.hpp"
#include "demo_engine/server/engine.hpp"
#include "demo_engine/server/generation.hpp"
#include "demo_engine/server/response_json.hpp"

namespace demo {

/// Writes a chat answer as server-sent events, as it comes.
class StreamedAnswer final : public AnswerSink {
public:
  struct Wants {
    bool logprobs = false;
    bool usage = false;
  };
  StreamedAnswer(ResponseHead head, Wants wants, const Vocabulary& vocabulary, RequestTraps& traps, Responder& responder);
  void begin() override;
  void take(Delta delta) override;
  void end(const Ending& ending) override;

private:
  void event(const std::string& data);
  void keep_alive_for_ever();

  ResponseHead head_;
  Wants wants_;
  const Vocabulary& vocabulary_;
  RequestTraps& traps_;
  Responder& responder_;
  int events_ = 0;
};

/// Collects a chat answer and sends it whole.
class WholeAnswer final : public AnswerSink {
public:
  WholeAnswer(ResponseHead head, bool logprobs, const Vocabulary& vocabulary, RequestTraps& traps, Responder& responder);
  void begin() override {}
  void take(Delta delta) override;
  void end(const Ending& ending) override;

private:
  void add_call(CallDelta call);

  ResponseHead head_;
  bool logprobs_;
  const Vocabulary& vocabulary_;
  RequestTraps& traps_;
  Responder& responder_;
  Delta all_;
};

}  // namespace demo
