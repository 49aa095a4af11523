#pragma once

#include "core/model_memory.hpp"
#include "core/search_space.hpp"

#include <cstdint>
#include <vector>

namespace sweetspot {

/// Combinations of the space's values of `context`, `kv_type_k` and `kv_type_v` that surely do not fit: memory_at_context(), a
/// lower bound, is more than 1.2 times the machine's whole memory. What is nearer stays in the space and is tried; so does the
/// baseline. `context` is what is served where it is not searched. Only for the model of the baseline, and nothing where
/// its cache is not known.
std::vector<Constraint> memory_constraints(const SearchSpace& space, const ModelMemory& model, std::int64_t memory_bytes,
                                           std::int64_t context);

}  // namespace sweetspot
