#include "demo_engine/server/options.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace demo {

namespace {

struct Row {
  std::string_view name;
  std::string_view effect;
  std::string (*value)(const Options&);
};

std::string on_off(bool value) { return value ? "on" : "off"; }

/// By the tuner's names, as the engine's descriptor has them.
constexpr std::array<Row, 14> rows{{
    {"spec_type", "numeric", [](const Options& o) { return o.spec_type; }},
    {"draft_depth", "numeric", [](const Options& o) { return std::to_string(o.draft_depth); }},
    {"draft_model", "numeric", [](const Options& o) { return o.draft_model; }},
    {"optimistic", "unverified", [](const Options& o) { return on_off(o.optimistic); }},
    {"stream_interval", "none", [](const Options& o) { return std::to_string(o.stream_interval); }},
    {"kv_type_k", "lossy", [](const Options& o) { return o.kv_type_k; }},
    {"kv_type_v", "lossy", [](const Options& o) { return o.kv_type_v; }},
    {"flash_attention", "numeric", [](const Options& o) { return on_off(o.flash_attention); }},
    {"batch", "numeric", [](const Options& o) { return std::to_string(o.batch); }},
    {"threads", "none", [](const Options& o) { return o.threads == 0 ? std::string("auto") : std::to_string(o.threads); }},
    {"parallel", "numeric", [](const Options& o) { return std::to_string(o.parallel); }},
    {"context", "semantic", [](const Options& o) { return std::to_string(o.context); }},
    {"cache_prompt", "numeric", [](const Options& o) { return on_off(o.cache_prompt); }},
    {"reasoning", "semantic", [](const Options& o) { return on_off(o.reasoning); }},
}};

const Row* row_of(std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::string> option_value(const Options& options, std::string_view name) {
  const Row* row = row_of(name);
  if (row == nullptr) return std::nullopt;
  return row->value(options);
}

const std::vector<std::string_view>& option_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    all.reserve(rows.size());
    for (const Row& row : rows) all.push_back(row.name);
    return all;
  }();
  return names;
}

std::string_view option_effect(std::string_view name) {
  const Row* row = row_of(name);
  return row == nullptr ? "none" : row->effect;
}

}  // namespace demo
