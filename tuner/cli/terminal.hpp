#pragma once

#include "cli/environment.hpp"
#include "cli/options.hpp"
#include "reports/report.hpp"

#include <array>
#include <streambuf>

namespace sweetspot {

enum class Stream { out, err };

/// Colour for a stream: as the user chose; otherwise FORCE_COLOR or CLICOLOR_FORCE switch it on, NO_COLOR, TERM=dumb and
/// anything but a terminal switch it off.
Colour colour_for(Stream stream, ColourChoice choice, const Environment& environment);

/// How a running job shows itself on stderr: a line that is rewritten, a plain line now and then, or nothing.
enum class Progress { none, lines, animated };
Progress progress_for(const Options& options, const Environment& environment);

/// Writes to a file descriptor and remembers why it could not, so that a reader that went away (quiet) is told from a
/// full disk (an error).
class DescriptorBuffer final : public std::streambuf {
public:
  explicit DescriptorBuffer(int descriptor);
  ~DescriptorBuffer() override;
  int error() const { return error_; }  ///< errno of the first write that failed; 0: none

protected:
  int_type overflow(int_type character) override;
  int sync() override;

private:
  bool write_all();

  int descriptor_;
  int error_ = 0;
  std::array<char, 8192> bytes_{};
};

}  // namespace sweetspot
