#include "cli/terminal.hpp"

#include <unistd.h>

#include <cerrno>

namespace sweetspot {

namespace {

bool is_on(const std::string& value) { return !value.empty() && value != "0"; }

bool is_dumb(const Environment& environment) { return environment.variable("TERM") == "dumb"; }

}  // namespace

Colour colour_for(Stream stream, ColourChoice choice, const Environment& environment) {
  if (choice == ColourChoice::always) return Colour::yes;
  if (choice == ColourChoice::never || !environment.variable("NO_COLOR").empty()) return Colour::no;
  if (is_on(environment.variable("FORCE_COLOR")) || is_on(environment.variable("CLICOLOR_FORCE"))) return Colour::yes;
  const bool terminal = stream == Stream::out ? environment.stdout_is_terminal : environment.stderr_is_terminal;
  return terminal && !is_dumb(environment) ? Colour::yes : Colour::no;
}

Progress progress_for(const Options& options, const Environment& environment) {
  if (options.quiet) return Progress::none;
  return environment.stderr_is_terminal && !is_dumb(environment) ? Progress::animated : Progress::lines;
}

DescriptorBuffer::DescriptorBuffer(int descriptor) : descriptor_(descriptor) {
  setp(bytes_.data(), bytes_.data() + bytes_.size());
}

DescriptorBuffer::~DescriptorBuffer() { write_all(); }

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type character) {
  if (!write_all()) return traits_type::eof();
  if (!traits_type::eq_int_type(character, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(character);
    pbump(1);
  }
  return traits_type::not_eof(character);
}

int DescriptorBuffer::sync() { return write_all() ? 0 : -1; }

bool DescriptorBuffer::write_all() {
  const char* from = pbase();
  while (error_ == 0 && from < pptr()) {
    const auto written = ::write(descriptor_, from, static_cast<std::size_t>(pptr() - from));
    if (written >= 0)
      from += written;
    else if (errno != EINTR)
      error_ = errno;
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return error_ == 0;
}

}  // namespace sweetspot
