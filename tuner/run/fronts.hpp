#pragma once

#include "core/study.hpp"

namespace sweetspot {

/// The trials that no other one beats in speed without taking more memory or changing the output more: those with the
/// default's output (`Study::pareto`), and apart from them those that were found lossy within the limit (`pareto_lossy`). The
/// verdict decides, not what a parameter may do: a smaller cache that says the same is among the first. What failed, or is not
/// as required, is on neither.
void add_fronts(Study& study);

}  // namespace sweetspot
