#include "run/machine.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

MachineProfile quiet_machine() {
  MachineProfile machine;
  machine.cores = 4;
  machine.memory_bytes = std::int64_t{16} << 30;
  machine.load_1min = 0.3;
  machine.memory_available_bytes = std::int64_t{8} << 30;
  machine.swap_used_bytes = 0;
  machine.on_battery = false;
  machine.temperature_c = 50;
  return machine;
}

std::vector<std::string> codes(const MachineProfile& machine, const std::vector<std::string>& servers = {}) {
  std::vector<std::string> result;
  for (const auto& warning : disturbances(machine, servers)) {
    CHECK_FALSE(warning.hint.empty());
    result.push_back(warning.code);
  }
  return result;
}

}  // namespace

TEST_SUITE("run/machine") {
  TEST_CASE("a quiet machine disturbs nothing, and one that does not tell is not accused") {
    CHECK(codes(quiet_machine()).empty());
    CHECK(codes(MachineProfile{}).empty());
  }

  TEST_CASE("each disturbance is named with the way out") {
    auto machine = quiet_machine();
    machine.load_1min = 2.1;
    CHECK(codes(machine) == std::vector<std::string>{"load"});
    machine = quiet_machine();
    machine.on_battery = true;
    CHECK(codes(machine) == std::vector<std::string>{"battery"});
    machine = quiet_machine();
    machine.swap_used_bytes = std::int64_t{1} << 30;
    machine.memory_available_bytes = std::int64_t{1} << 30;
    machine.temperature_c = 95;
    CHECK(codes(machine) == std::vector<std::string>{"swap", "memory", "temperature"});
    CHECK(codes(quiet_machine(), {"ollama (process 7)"}) == std::vector<std::string>{"other_server"});
  }

  TEST_CASE("model servers are known by the beginning of their name") {
    CHECK(is_model_server("llama-server"));
    CHECK(is_model_server("text-generation"));
    CHECK_FALSE(is_model_server("bash"));
    CHECK_FALSE(is_model_server(""));
  }

  TEST_CASE("the system's texts are read line by line") {
    const std::string_view cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC: 9\nmodel name\t: other\n";
    CHECK(proc::field(cpuinfo, "model name", ':') == "AMD EPYC: 9");
    CHECK(proc::field("PRETTY_NAME=\"Debian 12\"\n", "PRETTY_NAME", '=') == "Debian 12");
    CHECK(proc::field("a", "b", ':').empty());
    CHECK(proc::meminfo_bytes("MemTotal:       2048 kB\n", "MemTotal") == 2048 * 1024);
    CHECK_FALSE(proc::meminfo_bytes("MemTotal:       2048 kB\n", "SwapFree").has_value());
  }

  TEST_CASE("what macOS's own programs print is read, and what they do not tell is not made up") {
    CHECK(darwin::on_battery("Now drawing from 'AC Power'\n -InternalBattery-0 100%; charged\n") == false);
    CHECK(darwin::on_battery("Now drawing from 'Battery Power'\n") == true);
    CHECK_FALSE(darwin::on_battery("").has_value());
    CHECK(darwin::power_mode("Currently in use:\n standby              1\n powermode            2\n sleep 1\n") == "high");
    CHECK(darwin::power_mode(" lowpowermode         1\n") == "low");
    CHECK(darwin::power_mode("Currently in use:\n sleep 1\n").empty());
    CHECK(darwin::gpu_cores("  | {\n  |   \"gpu-core-count\" = 20\n") == 20);
    CHECK_FALSE(darwin::gpu_cores("\"gpu-core-count\" = x").has_value());
    MachineProfile machine = quiet_machine();
    machine.power_mode = "powersave";
    CHECK(codes(machine).empty());
    machine.power_mode = "low";
    CHECK(codes(machine) == std::vector<std::string>{"power_mode"});
  }

  TEST_CASE("this machine tells at least its system, cores and memory") {
    const auto machine = probe_machine();
    CHECK_FALSE(machine.os.empty());
    CHECK(machine.cores >= 1);
    CHECK(machine.memory_bytes > 0);
  }
}
