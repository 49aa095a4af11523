#pragma once

namespace sweetspot {

/// A port of 127.0.0.1 that nothing is bound to right now. Throws TrialError(not_ready) when there is none.
int free_local_port();

/// Throws TrialError(not_ready) that names the port when a server answers there or it cannot be bound.
void require_free_local_port(int port);

}  // namespace sweetspot
