#pragma once

#include "backends/descriptor.hpp"
#include "core/failure.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sweetspot {

/// When a server's process ended.
enum class ServerStage { loading, answering };

/// What the end of a server means, from its wait status (as of waitpid), the descriptor's patterns over the end of its
/// log, and the log's own last error line. Pure.
Failure failure_from_exit(const EngineDescriptor& engine, int wait_status, const std::string& log, ServerStage stage);

/// What a server that lives on will never get over, by the descriptor's ready.never over the end of its log; nothing while
/// there is hope. Pure.
std::optional<Failure> hopeless(const EngineDescriptor& engine, const std::string& log);

/// "ended with exit code 1", "was ended by signal 11 (SIGSEGV)".
std::string exit_words(int wait_status);

/// The last lines that are not blank.
std::string last_lines(std::string_view text, std::size_t count);

}  // namespace sweetspot
