#pragma once

#include "backends/api.hpp"
#include "core/study.hpp"
#include "core/verdict.hpp"
#include "gate/gate.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// What a verdict rests on, as it was seen (gate.md 7.5).
struct EvidenceSource {
  const Verdict& verdict;
  const Reference& reference;
  const Interview& interview;
  const std::vector<ScoredText>* scores;  ///< null: nothing was re-scored
  Command command;
  EngineIdentity engine;
  ModelIdentity model;
  std::string log_tail;
  Api api = Api::chat;  ///< over which the answers came
  std::string path = "/v1/chat/completions";
  std::string url = {};  ///< of a server that was already running, and then there is no command
};

/// Writes a folder named by its content below `folder`: verdict, and of the prompt that shows it best (of all that differ,
/// where there is none) the request, the raw answers with their arrival times, what was read of them, and what the
/// reference answered. Gives the folder's name; nothing when it could not be written, which costs the evidence alone.
std::optional<std::string> save_evidence(const std::filesystem::path& folder, const EvidenceSource& source);

/// One failing prompt side by side, and how to ask it again; empty when the folder is gone.
std::string evidence_text(const std::filesystem::path& folder, const std::string& name);

}  // namespace sweetspot
