#pragma once

#include "backends/descriptor.hpp"
#include "backends/probe.hpp"
#include "core/study.hpp"

#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// What a launch needs beside the configuration.
struct LaunchInputs {
  std::string model;
  std::string draft_model;  ///< empty: none
  std::int64_t context = 0;
  std::vector<std::string> extra_arguments;  ///< after "--" on our command line, passed on as they are
};

struct LaunchPlan {
  std::vector<std::string> argv;                   ///< [0] is the binary; {port} and {alias} still to be filled by the launcher
  std::map<std::string, std::string> environment;  ///< set for the child
  std::vector<std::string> scrub_environment;      ///< prefixes of names taken from the child
  std::string request_json;                        ///< fields that every request carries; empty: none
  std::string model;                               ///< what {model} stands for
};

/// The command line of a configuration, and what its parameters of request scope put into each request. A value equal to this
/// binary's default is not written, except for names in `pinned`. `draft_depth` 0 writes no speculation flag at all; > 0 without
/// `spec_type` means draft-simple with a draft model, else the model's own head (cli.md "Parameter names"). Throws Error when the
/// binary lacks a needed flag or value.
LaunchPlan launch_plan(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config, const ModelIdentity& model,
                       const LaunchInputs& inputs);

/// The same without what only the measurement needed, ready to paste.
Command launch_command(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config, const ModelIdentity& model,
                       const LaunchInputs& inputs);

/// One line for a POSIX shell that gives exactly these arguments.
std::string shell_line(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment);

/// Why this binary with this model cannot run the configuration, with the way out; nothing when it can. Known before
/// anything is launched: flags it lacks, words it does not accept, no draft model, a model without draft head.
std::optional<std::string> unsupported_reason(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config,
                                              const ModelIdentity& model, const LaunchInputs& inputs);

}  // namespace sweetspot
