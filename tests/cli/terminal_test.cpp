#include "cli/terminal.hpp"

#include "cli/paths.hpp"
#include "core/error.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ostream>

using namespace sweetspot;

namespace {

Environment with(std::map<std::string, std::string> variables, bool terminal = true) {
  Environment environment;
  environment.variables = std::move(variables);
  environment.stdout_is_terminal = environment.stderr_is_terminal = terminal;
  return environment;
}

Colour colour(const Environment& environment, ColourChoice choice = ColourChoice::automatic) {
  return colour_for(Stream::out, choice, environment);
}

}  // namespace

TEST_SUITE("cli/terminal") {
  TEST_CASE("colour is for terminals, unless somebody says otherwise") {
    CHECK(colour(with({})) == Colour::yes);
    CHECK(colour(with({}, false)) == Colour::no);
    CHECK(colour(with({{"NO_COLOR", "1"}})) == Colour::no);
    CHECK(colour(with({{"NO_COLOR", ""}})) == Colour::yes);
    CHECK(colour(with({{"TERM", "dumb"}})) == Colour::no);
    CHECK(colour(with({{"CLICOLOR_FORCE", "1"}}, false)) == Colour::yes);
    CHECK(colour(with({{"FORCE_COLOR", "0"}}, false)) == Colour::no);
    CHECK(colour(with({{"NO_COLOR", "1"}}), ColourChoice::always) == Colour::yes);
    CHECK(colour(with({}), ColourChoice::never) == Colour::no);
  }

  TEST_CASE("only a terminal is animated") {
    Options options;
    CHECK(progress_for(options, with({})) == Progress::animated);
    CHECK(progress_for(options, with({}, false)) == Progress::lines);
    CHECK(progress_for(options, with({{"TERM", "dumb"}})) == Progress::lines);
    options.quiet = true;
    CHECK(progress_for(options, with({})) == Progress::none);
  }

  TEST_CASE("a full device is told from success") {
    const int device = ::open("/dev/full", O_WRONLY);
    if (device < 0) return;  // only Linux has one
    {
      DescriptorBuffer buffer{device};
      std::ostream out{&buffer};
      out << std::string(20'000, 'x') << std::flush;
      CHECK_FALSE(out.good());
      CHECK(buffer.error() == ENOSPC);
    }
    ::close(device);
  }

  TEST_CASE("all bytes arrive, also those beyond the buffer") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    {
      DescriptorBuffer buffer{ends[1]};
      std::ostream{&buffer} << std::string(10'000, 'x') << 'y';
    }
    ::close(ends[1]);
    std::string seen(20'000, '\0');
    std::size_t length = 0;
    for (ssize_t got = 1; got > 0; length += static_cast<std::size_t>(got))
      got = ::read(ends[0], seen.data() + length, seen.size() - length);
    ::close(ends[0]);
    CHECK(length == 10'001);
    CHECK(seen[length - 1] == 'y');
  }
}

TEST_SUITE("cli/paths") {
  TEST_CASE("files are where the XDG folders say, else below HOME, relative folders are ignored") {
    const auto plain = paths_from(with({{"HOME", "/home/u"}, {"XDG_CACHE_HOME", "relative"}}));
    CHECK(plain.store == "/home/u/.local/state/sweetspot/studies.sqlite");
    CHECK(plain.config_file == "/home/u/.config/sweetspot/config.json");
    CHECK(plain.cache == "/home/u/.cache/sweetspot");
    const auto xdg = paths_from(with({{"HOME", "/home/u"}, {"XDG_STATE_HOME", "/s"}, {"XDG_CONFIG_HOME", "/c"}}));
    CHECK(xdg.store == "/s/sweetspot/studies.sqlite");
    CHECK(xdg.engines_folder == "/c/sweetspot/engines");
    CHECK_THROWS_AS(paths_from(with({})), Error);
  }
}
