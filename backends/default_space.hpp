#pragma once

#include "backends/descriptor.hpp"
#include "backends/probe.hpp"
#include "core/study.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

enum class HasDraftModel { no, yes };

/// The engine's default search space for a goal ("default" serves goals that it does not name), fitted to this binary, model
/// and machine: parameters that the binary lacks are left out, and so are values that it refuses and kinds of speculation
/// without what they need. Every list holds the binary's default and at least one value more. `context` and
/// `parallel` are never in it.
std::map<std::string, std::vector<Value>> default_axes(const EngineDescriptor& engine, const EngineProbe& probe,
                                                       const ModelIdentity& model, const std::string& goal, HasDraftModel draft,
                                                       int cores);

/// The parameters as a search space needs them: defaults of this binary, and of what makes a parameter active only what
/// the space decides. `names`: the parameters that are searched or held at a value.
std::vector<Parameter> space_parameters(const EngineDescriptor& engine, const EngineProbe& probe,
                                        const std::set<std::string>& names);

/// The engine's constraints that concern the space, and those that come from this binary, model and draft: kinds of
/// speculation that cannot run here, and spec_type "none" with a draft depth.
std::vector<Constraint> space_constraints(const EngineDescriptor& engine, const EngineProbe& probe, const ModelIdentity& model,
                                          HasDraftModel draft, const std::set<std::string>& names);

}  // namespace sweetspot
