#pragma once

#include "demo_engine/server/trap.hpp"

namespace demo {

/// An event, or a whole answer, as the engines do that the words of the trap's parameter ("reasoning+whole-calls") are taken
/// from; with no word everything that the format of event streams allows and few servers do. Unknown words are ignored.
void speak_dialect(Wire& wire, const Strike& strike);

}  // namespace demo
