#include "demo_engine/server/machine.hpp"

#include <algorithm>
#include <stdexcept>

namespace demo {

namespace {

constexpr std::array<double, 9> widths{1, 2, 3, 4, 5, 6, 7, 9, 17};

// Without fused kernels the whole score matrix goes through memory: more with more context.
constexpr double unfused_decode = 0.02;
constexpr double unfused_per_token = 1.0 / 40'000;
constexpr double unfused_prefill = 1.35;
// Each batch of a prompt is launched by itself.
constexpr double batch_ms = 4;

template <typename Row>
const Row& row_of(const std::vector<Row>& rows, std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  if (found == rows.end()) throw std::out_of_range("no such row: " + std::string(name));
  return *found;
}

template <typename Row>
std::vector<std::string> names_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const Row& row : rows) names.emplace_back(row.name);
  return names;
}

double plain_ms(const Machine& machine, const ModelProfile& model, const StepShape& shape) {
  const double cache_gb = model.cache_kb_per_token * shape.context * shape.cache_bytes * shape.requests / 1e6;
  return (model.weights_gb + cache_gb) / (machine.bandwidth_gb_per_s * machine.bandwidth_share) * 1000;
}

}  // namespace

const std::vector<Machine>& machines() {
  static const std::vector<Machine> rows{
      {"m5-pro",
       307,
       0.80,
       "Apple; M5 Pro 18-core, no plain rate published for this model",
       420,
       {1, 1.18, 1.38, 1.63, 2.20, 2.59, 2.95, 3.70, 6.60},
       "MTPLX#176: depth 3 is 1.88 x plain; depth 5 about a sixth behind it",
       0.040,
       0.05,
       0.010,
       6},
      {"m5-max",
       614,
       0.81,
       "Apple, 40-core GPU; plain 32.96 tok/s (mlxcel)",
       840,
       {1, 1.08, 1.17, 1.26, 1.34, 1.43, 1.62, 2.30, 4.20},
       "depth 5 beats 3 by 10-22 % (lightning-mlx d3 -> d5)",
       0.035,
       0.06,
       0.012,
       5},
      {"m4-max",
       546,
       0.76,
       "Apple, 40-core GPU; plain 27.24 tok/s (MTPLX#64)",
       330,
       {1, 1.115, 1.437, 1.96, 2.40, 2.85, 3.30, 4.20, 8.00},
       "MTPLX#64: depth 2 best (30.8, 33.0, 29.9 tok/s at 1, 2, 3)",
       0.040,
       0.06,
       0.012,
       6},
      {"m4-pro",
       273,
       0.87,
       "Apple; plain 15.58 tok/s (mlx-lm#990)",
       170,
       {1, 1.175, 1.75, 2.30, 2.85, 3.40, 3.90, 5.00, 9.50},
       "mlx-lm#990: depth 1 is 1.55 x plain",
       0.040,
       0.05,
       0.012,
       7},
      {"m3-max",
       400,
       0.81,
       "Apple, 16-core CPU; plain 21.28 tok/s (MTPLX#68)",
       240,
       {1, 1.18, 1.56, 2.00, 2.45, 2.90, 3.35, 4.30, 8.20},
       "between its neighbours; its own rows were cut off in the stored text",
       0.045,
       0.05,
       0.012,
       7},
      {"m2-pro",
       200,
       0.88,
       "Apple; plain 11.64 tok/s (Rapid-MLX)",
       95,
       {1, 1.70, 2.55, 3.40, 4.28, 5.20, 6.10, 7.95, 15.0},
       "Rapid-MLX: 2 wide 1.70 x, 8 wide 7.07 x: near linear",
       0.300,
       0.06,
       0.015,
       9},
      {"m1-max",
       400,
       0.56,
       "Apple; plain 14.8 tok/s (MTPLX#68)",
       110,
       {1, 1.258, 1.726, 2.18, 2.68, 3.20, 3.70, 4.80, 9.20},
       "MTPLX#68: 14.8, 21.3, 21.4, 20.9 tok/s at depths 0 to 3",
       0.050,
       0.07,
       0.015,
       9},
  };
  return rows;
}

const std::vector<ModelProfile>& model_profiles() {
  static const std::vector<ModelProfile> rows{
      {"demo-27b", 15.2, 64, 1.0, 1.0},
      {"demo-9b", 5.1, 32, 1.0 / 3, 1.8},
      // Small dense models usually lose by speculation (MTPLX#176, OhYesMLX): their draft is nearly as dear as they are.
      {"demo-4b", 2.3, 24, 0.16, 28.0},
  };
  return rows;
}

std::vector<std::string> machine_names() { return names_of(machines()); }
std::vector<std::string> model_names() { return names_of(model_profiles()); }
const Machine& machine(std::string_view name) { return row_of(machines(), name); }
const ModelProfile& model_profile(std::string_view name) { return row_of(model_profiles(), name); }

double step_cost(const Machine& machine, double width) {
  const auto& cost = machine.step_cost;
  std::size_t upper = 1;
  while (upper + 1 < widths.size() && widths[upper] < width) ++upper;
  const double slope = (cost[upper] - cost[upper - 1]) / (widths[upper] - widths[upper - 1]);
  return cost[upper - 1] + slope * (std::max(width, 1.0) - widths[upper - 1]);
}

double step_ms(const Machine& machine, const ModelProfile& model, const StepShape& shape) {
  const double plain = plain_ms(machine, model, shape);
  const double unfused = shape.flash_attention ? 1 : 1 + unfused_decode + shape.context * unfused_per_token;
  // Requests that share a step share its weights: the time of the whole step passes for each of them.
  const double verify = plain * unfused * step_cost(machine, static_cast<double>(shape.width) * shape.requests);
  const double draft = plain * machine.draft_cost * model.draft_size * shape.draft_share * shape.drafted;
  return verify + draft;
}

double prefill_ms(const Machine& machine, const ModelProfile& model, double tokens, double context, int batch,
                  bool flash_attention) {
  StepShape first;
  first.context = context;
  first.flash_attention = flash_attention;
  const double launches = std::max(0.0, tokens / batch - 1) * batch_ms;
  const double compute = tokens * 1000 / machine.prefill_tokens_per_s * model.size * (flash_attention ? 1 : unfused_prefill);
  return std::max(step_ms(machine, model, first), compute + launches);
}

}  // namespace demo
