#pragma once

#include "demo_engine/server/answer.hpp"
#include "demo_engine/server/options.hpp"
#include "demo_engine/server/random.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// What a trap's conditions can ask of the moment.
struct Facts {
  int request = 1;      ///< number of this chat request in this process
  int token = 0;        ///< tokens of the answer so far
  int concurrency = 1;  ///< requests being answered now
  int prompt_tokens = 0;
  bool streaming = false;
  bool tools = false;
  double temperature = 0;
  int max_tokens = 0;
  bool in_call = false;
  bool in_reasoning = false;
  std::uint64_t identity = 0;  ///< the same for the same prompt, streamed or not
};

/// What all requests share: the token that each slot is at, -1 while it rests.
struct Crossing {
  static constexpr std::size_t most = 64;
  std::array<std::atomic<Token>, most> rows;
  std::atomic<int> active{0};
};

/// What a trap remembers within one request.
struct TrapMemory {
  int count = 0;
  std::string text;
  std::vector<Token> tokens;
  Delta held;
};

/// Everything that a trap may look at when it strikes.
struct Strike {
  const Facts& facts;
  const Options& options;
  const Vocabulary& vocabulary;
  Random& random;  ///< the same numbers for the same trap seed and prompt
  TrapMemory& memory;
  const std::string& parameter;
  double number;                   ///< the parameter, or the row's own when none was given
  std::optional<Token> neighbour;  ///< where another request is just now
};

/// A token that is about to be taken.
struct Verdict {
  const Distribution& target;
  const Distribution* draft = nullptr;  ///< none: nothing was drafted in this place
  std::optional<Token> proposed = std::nullopt;
  int depth = 0;  ///< of the drafted token, from 1
  bool accepted = false;
  Token token = 0;
  const Distribution* shown = nullptr;  ///< where its log probability is read; never null once decided
  std::vector<Token>& forced;           ///< what comes next, whatever the model says
  bool certain = false;                 ///< this token and the forced ones are shown as the only possible ones
  bool stop = false;                    ///< as if the limit of tokens were reached
  bool greedy = true;
};

/// What the model will see next, after a step.
struct ContextEdit {
  Sequence& target;
  std::size_t prompt_tokens = 0;
  std::optional<Token> rejected;  ///< the drafted token that the step refused
  int drafted = 0;
  int accepted = 0;
};

/// One event of a stream on its way to the socket: the writes that it becomes.
struct Wire {
  std::string_view data;
  int number = 0;  ///< of the event, from 0
  std::vector<std::string> writes;
};

/// The command line on its way into the server.
struct LaunchEdit {
  Options& said;       ///< what is shown
  Options& effective;  ///< what acts
};

/// Where a trap sits. A trap fills what it needs; a null hook costs nothing.
struct TrapHooks {
  void (*launch)(LaunchEdit&, const Strike&) = nullptr;  ///< before anything else
  void (*numerics)(Numerics&, const Strike&) = nullptr;  ///< of a step
  void (*verdict)(Verdict&, const Strike&) = nullptr;
  void (*context)(ContextEdit&, const Strike&) = nullptr;
  void (*bytes)(std::string& piece, const Strike&) = nullptr;  ///< of one token, before characters are put together
  void (*call)(WholeCall&, const Strike&) = nullptr;
  void (*delta)(Delta&, const Strike&) = nullptr;  ///< before it is sent; the last one has `last`
  void (*ending)(Ending&, const Strike&) = nullptr;
  void (*wire)(Wire&, const Strike&) = nullptr;
  void (*cost)(double& machine_ms, const Strike&) = nullptr;  ///< of a step
};

enum class Layer { decision, context, text, tools, response, stream, process, engagement, measurement, concurrency };

/// What a gate must make of it.
enum class Expected { broken, lossy_or_broken, pass, finding, inconclusive, error, not_recommended };

struct TrapRow {
  std::string_view id = {};    ///< "T14"
  std::string_view name = {};  ///< "last-brace-lost"
  Layer layer = Layer::decision;
  std::string_view what = {};
  Expected expected = Expected::broken;
  std::string_view nature = {};  ///< conditions that the mechanism itself has, beside those asked for
  double number = 0;             ///< its parameter when none is given
  TrapHooks hooks = {};
};

std::string_view to_text(Layer layer);
std::string_view to_text(Expected expected);

/// All of them, T1 first.
const std::vector<TrapRow>& trap_table();

/// The table as text or JSON, for --list-traps.
std::string trap_list(bool as_json);

}  // namespace demo
