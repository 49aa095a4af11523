#include "reports/paint.hpp"

#include <fmt/format.h>

namespace sweetspot {

std::string painted(std::string_view text, Paint paint, Colour colour) {
  if (colour == Colour::no || text.empty()) return std::string{text};
  int code = 1;
  switch (paint) {
    case Paint::bold: code = 1; break;
    case Paint::good: code = 32; break;
    case Paint::doubtful: code = 33; break;
    case Paint::bad: code = 31; break;
    case Paint::faint: code = 2; break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Paint state_paint(std::string_view state) {
  if (state == "pass" || state == "tie") return Paint::good;
  if (state == "lossy" || state == "inconclusive" || state == "not checked" || state == "interrupted") return Paint::doubtful;
  return Paint::bad;
}

}  // namespace sweetspot
