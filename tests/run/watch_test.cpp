#include "run/watch.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sweetspot;

namespace {

MachineState quiet(double at_s) {
  MachineState state;
  state.at_s = at_s;
  state.cores = 2;
  state.busy_s = 1000 + 2 * at_s;  // two cores, all of it ours
  state.own_s = 2 * at_s;
  state.swapped_out_bytes = 1 << 20;
  state.on_battery = false;
  state.throttled = 3;
  state.power_mode = "normal";
  state.temperature_c = 60;
  return state;
}

bool names(const std::optional<std::string>& reason, const char* word) {
  return reason && reason->find(word) != std::string::npos;
}

}  // namespace

TEST_SUITE("run/watch") {
  TEST_CASE("work of our own disturbs nothing, that of others does from a share of the cores on") {
    CHECK_FALSE(disturbed_by(quiet(10), quiet(20)));
    MachineState loaded = quiet(20);
    *loaded.busy_s += 5;
    CHECK(names(disturbed_by(quiet(10), loaded), "other programs used 0.5 of 2 cores"));
    loaded.cores = 16;
    CHECK_FALSE(disturbed_by(quiet(10), loaded));
  }

  TEST_CASE("swapping, a change of power and heat disturb, what was so before does not") {
    MachineState after = quiet(20);
    *after.swapped_out_bytes += std::int64_t{100} << 20;
    CHECK(names(disturbed_by(quiet(10), after), "100 MB"));
    after = quiet(20);
    after.on_battery = true;
    CHECK(names(disturbed_by(quiet(10), after), "battery"));
    after = quiet(20);
    after.power_mode = "low";
    CHECK(names(disturbed_by(quiet(10), after), "from normal to low"));
    after = quiet(20);
    after.throttled = 4;
    CHECK(names(disturbed_by(quiet(10), after), "heat"));
  }

  TEST_CASE("sensors tell of heat where nothing counts how often the processor is held back, and only of what is hot and new") {
    MachineState before = quiet(10);
    MachineState after = quiet(20);
    after.temperature_c = 90;
    CHECK_FALSE(disturbed_by(before, after));
    before.throttled = after.throttled = std::nullopt;
    CHECK(names(disturbed_by(before, after), "from 60 to 90 degrees"));
    after.temperature_c = 80;
    CHECK_FALSE(disturbed_by(before, after));
    before.temperature_c = 84;
    after.temperature_c = 90;
    CHECK_FALSE(disturbed_by(before, after));
  }

  TEST_CASE("what the system does not tell is no disturbance, nor is a moment too short to judge by") {
    const MachineState nothing;
    MachineState later;
    later.at_s = 10;
    CHECK_FALSE(disturbed_by(nothing, later));
    MachineState loaded = quiet(10.1);
    *loaded.busy_s += 1;
    CHECK_FALSE(disturbed_by(quiet(10), loaded));
  }

  TEST_CASE("this machine tells how long it and we have worked") {
    const MachineState before = machine_state(0);
    volatile double sum = 0;
    for (int i = 0; i < 50'000'000; ++i) sum = sum + 1;
    const MachineState after = machine_state(0);
    CHECK(after.at_s > before.at_s);
    CHECK(after.own_s > before.own_s);
    REQUIRE(after.busy_s);
    CHECK(*after.busy_s >= *before.busy_s);
    CHECK(machine_state(1000).own_s >= after.own_s + 1000);
  }
}
