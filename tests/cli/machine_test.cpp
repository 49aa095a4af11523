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
    CHECK(is_model_server("mtplx"));
    CHECK(is_model_server("mlx_vlm.server"));
    CHECK_FALSE(is_model_server("bash"));
    CHECK_FALSE(is_model_server(""));
  }

  TEST_CASE("a server that an interpreter runs is known by its first arguments") {
    CHECK(model_server_of("Python", {"/opt/python", "/opt/bin/mlx_lm.server", "--port", "1"}) == "mlx_lm.server");
    CHECK(model_server_of("python3.12", {"python", "-m", "mlx_lm", "server"}) == "mlx_lm");
    CHECK(model_server_of("ollama", {}) == "ollama");
    CHECK(model_server_of("vim", {"vim", "mlx_lm.server"}).empty());
    using Texts = std::vector<std::string>;
    using namespace std::string_view_literals;
    CHECK(proc::arguments("python\0-m\0mlx_lm\0"sv) == Texts{"python", "-m", "mlx_lm"});
    CHECK(proc::arguments("").empty());
    CHECK(darwin::arguments("\2\0\0\0/usr/bin/python\0\0\0\0python\0/bin/mtplx\0HOME=/x\0"sv) == Texts{"python", "/bin/mtplx"});
    CHECK(darwin::arguments("\2\0"sv).empty());
    CHECK(darwin::arguments("\2\0\0\0/usr/bin/python"sv).empty());
  }

  TEST_CASE("heat and want of memory that the system tells of are named, and no burst begins in them") {
    MachineProfile machine = quiet_machine();
    machine.thermal_pressure = 0;
    machine.memory_pressure = 1;
    CHECK(codes(machine).empty());
    CHECK(has_cooled(machine, 50));
    CHECK_FALSE(has_cooled(machine, 40));
    CHECK(has_cooled(MachineProfile{}, std::nullopt));
    machine.thermal_pressure = 2;
    machine.memory_pressure = 4;
    CHECK(codes(machine) == std::vector<std::string>{"thermal_pressure", "memory_pressure"});
    CHECK(disturbances(machine, {}).front().text.find("heavy") != std::string::npos);
    CHECK_FALSE(has_cooled(machine, 50));
  }

  TEST_CASE("the system's texts are read line by line") {
    const std::string_view cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC: 9\nmodel name\t: other\n";
    CHECK(proc::field(cpuinfo, "model name", ':') == "AMD EPYC: 9");
    CHECK(proc::field("PRETTY_NAME=\"Debian 12\"\n", "PRETTY_NAME", '=') == "Debian 12");
    CHECK(proc::field("a", "b", ':').empty());
    CHECK(proc::meminfo_bytes("MemTotal:       2048 kB\n", "MemTotal") == 2048 * 1024);
    CHECK_FALSE(proc::meminfo_bytes("MemTotal:       2048 kB\n", "SwapFree").has_value());
  }

  TEST_CASE("work is that of the processors that may be used, without what they idled and waited") {
    const std::string_view stat =
        "cpu  30 2 3 100 50 6 7 8 0 0\ncpu0 10 1 1 40 20 2 3 4 0 0\ncpu1 20 1 2 60 30 4 4 4 0 0\nintr 5\n";
    CHECK(proc::busy_ticks(stat, {}) == 56.0);
    CHECK(proc::busy_ticks(stat, {0}) == 21.0);
    CHECK(proc::busy_ticks(stat, {0, 1}) == 56.0);
    CHECK_FALSE(proc::busy_ticks(stat, {2}));
    CHECK_FALSE(proc::busy_ticks("", {}));
  }

  TEST_CASE("a control group's limits are read, and no limit is none") {
    CHECK(proc::control_group("0::/user.slice/app\n") == "/user.slice/app");
    CHECK(proc::control_group("4:memory:/old\n0::/\n") == "/");
    CHECK(proc::control_group("4:memory:/old\n").empty());
    CHECK(proc::cores_allowed("150000 100000") == 1.5);
    CHECK_FALSE(proc::cores_allowed("max 100000"));
    CHECK_FALSE(proc::cores_allowed(""));
    CHECK(proc::whole_number("8589934592\n") == std::int64_t{8} << 30);
    CHECK_FALSE(proc::whole_number("max"));
    CHECK(proc::whole_number(proc::field("nr_free 7\npswpout 12\n", "pswpout", ' ')) == 12);
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
