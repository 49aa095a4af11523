#pragma once

#include "benchmarks/search_tables.hpp"

namespace sweetspot::searches {

/// Prints what Optuna's samplers reach on the tables, with failures told as PRUNED; one line why not where they cannot be had
/// (no Python with venv, no package index; torch for GPSampler, which is not installed for that).
void print_optuna(const Suite& suite);

}  // namespace sweetspot::searches
