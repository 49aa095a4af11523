#pragma once

#include "backends/descriptor.hpp"

#include <string>
#include <utility>

namespace sweetspot::fixture {

inline EngineParameter row(const std::string& name, Domain domain, Value default_value) {
  EngineParameter result;
  result.parameter.name = name;
  result.parameter.domain = std::move(domain);
  result.parameter.default_value = std::move(default_value);
  return result;
}

inline EngineDescriptor engine() {
  EngineDescriptor result;
  result.name = "toy";
  result.parameters = {row("threads", IntegerRange{1, 64, {"auto"}}, "auto"),
                       row("draft_depth", IntegerRange{0, 64, {}}, std::int64_t{0}),
                       row("draft_p_min", RealRange{0, 1}, 0.75),
                       row("flash_attention", Toggle{}, "off"),
                       row("kv_type_k", Choices{{"f16", "q8_0", "q4_0"}}, "f16"),
                       row("reasoning", Choices{{}}, "a,b")};
  return result;
}

}  // namespace sweetspot::fixture
