#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// How fast a machine is, as published; times are those of the 27B model.
struct Machine {
  std::string_view name;
  double bandwidth_gb_per_s;  ///< peak of the memory
  double bandwidth_share;     ///< of the peak that decoding reaches; fitted to a published plain rate
  std::string_view source;    ///< of the bandwidth and of the plain rate
  double prefill_tokens_per_s;
  /// Fitted to the published speeds at depths 0 to 5 with the acceptance that our own draft reaches (1.88, 2.64, 3.29 and
  /// 4.37 tokens a step at depths 1, 2, 3 and 5): time of a step that is 1, 2, 3, 4, 5, 6, 7, 9 and 17 tokens wide, by that of a
  /// step one token wide.
  std::array<double, 9> step_cost;
  std::string_view step_source;
  double draft_cost;  ///< of one drafted token, by a step one token wide
  double decay;       ///< part of the speed that heat takes in the long run
  double noise;       ///< of one step, as a share of its time
  double launch_s;    ///< until the first request can be served
};

struct ModelProfile {
  std::string_view name;
  double weights_gb;          ///< read for each step
  double cache_kb_per_token;  ///< of a full-precision KV cache
  double size;                ///< by the 27B: scales prefill and launch
  double draft_size;          ///< a draft costs a larger share of a smaller model
};

const std::vector<Machine>& machines();
const std::vector<ModelProfile>& model_profiles();
std::vector<std::string> machine_names();
std::vector<std::string> model_names();

/// Both throw std::out_of_range for names that are not in the table.
const Machine& machine(std::string_view name);
const ModelProfile& model_profile(std::string_view name);

/// Relative time of a step by its width in tokens, interpolated between the measured widths; wider goes on as the last two.
double step_cost(const Machine& machine, double width);

/// What a step computes.
struct StepShape {
  int width = 1;           ///< tokens of this request: drafted ones and one more
  int requests = 1;        ///< that share the step
  int drafted = 0;         ///< tokens that a draft model was run for
  double draft_share = 1;  ///< of the usual cost of drafting: a weaker draft is a smaller one
  double context = 0;      ///< tokens in the cache
  double cache_bytes = 1;  ///< by a full-precision cache
  bool flash_attention = true;
};

/// Sending one piece of a stream: text, JSON and a write in a server of the usual make.
inline constexpr double delta_ms = 0.6;

/// Milliseconds on that machine, cold, without noise.
double step_ms(const Machine& machine, const ModelProfile& model, const StepShape& shape);
double prefill_ms(const Machine& machine, const ModelProfile& model, double tokens, double context, int batch,
                  bool flash_attention);

}  // namespace demo
