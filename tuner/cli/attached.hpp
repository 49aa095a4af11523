#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "run/attached.hpp"

#include <string>

namespace sweetspot {

/// The server at `url`, talked to as ENGINE or --engine-file says, else as what it is recognised as (told on stderr), else as
/// any server with an OpenAI-style API. Its API key comes from the environment variable `key_variable` and is sent to it
/// alone. The model is `model`, else what the engine always takes, else the first that the server lists. Throws Error, also
/// when nothing answers.
AttachedServer attached_server(const std::string& url, const std::string& key_variable, const std::string& model,
                               const Options& options, Context& context);

/// Options that are about a server which sweetspot launches: Error for the first that is given beside --url.
void refuse_launch_options(const Options& options);

}  // namespace sweetspot
