// Our divergence (G12) against llama-perplexity's, on the same tokens: it counts the whole vocabulary, we the tokens that both
// sides list. What cannot run says why in one line and is skipped.
#include "backends/chat.hpp"
#include "backends/descriptor.hpp"
#include "core/interrupt.hpp"
#include "gate/quality.hpp"
#include "gate/thresholds.hpp"
#include "live/engines_here.hpp"
#include "support/program.hpp"
#include "support/running_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace sweetspot;
using namespace sweetspot::testing;

constexpr const char* reference_file = "target-F16.gguf";

/// llama-perplexity scores the second half of a window but for its last token: 24 positions, as many as we take of a text.
constexpr std::size_t window = 50;
constexpr std::size_t scored = 24;
constexpr int windows = 12;

struct Figures {
  double mean_kld = 0;       ///< nat a token
  double same_top_rate = 0;  ///< share
};

std::string missing_perplexity() {
  if (!on_path("llama-server")) return "no llama-server on PATH";
  if (!on_path("llama-perplexity")) return "no llama-perplexity on PATH";
  for (const char* name : {reference_file, "target-Q8_0.gguf", "target-Q4_0.gguf"}) {
    if (!fs::exists(gguf_model(name))) return "no model " + gguf_model(name).string();
  }
  return {};
}

/// What llama-perplexity prints, up to and with `last`. It may end before all of its log is written: then it is asked again.
std::string perplexity_run(const std::string& model, const std::string& arguments, const std::string& last) {
  const fs::path out = scratch() / "perplexity.out";
  const std::string size = std::to_string(window);
  const std::string line = "llama-perplexity -m '" + gguf_model(model).string() + "' -t 1 -c " + size + " -b " + size + " " +
                           arguments + " >'" + out.string() + "' 2>&1";
  for (int attempt = 0; attempt < 5; ++attempt) {
    const int status = std::system(line.c_str());
    const std::string report = content(out);
    INFO(line << "\n" << report);
    REQUIRE(status == 0);
    if (report.find(last) != std::string::npos) return report;
  }
  FAIL("llama-perplexity never printed '" << last << "'");
  return {};
}

double figure(const std::string& report, const std::string& label) {
  return std::strtod(report.c_str() + report.rfind(label) + label.size(), nullptr);
}

Figures theirs(const std::string& candidate, const fs::path& base) {
  const std::string report =
      perplexity_run(candidate, "--kl-divergence --kl-divergence-base '" + base.string() + "'", "Same top p:");
  return {figure(report, "Mean    KLD:"), figure(report, "Same top p:") / 100};
}

/// The tokens that llama-perplexity scored. Its file: 8 bytes of name, then int32: window, vocabulary, windows, the tokens.
std::vector<std::int32_t> tokens_of(const fs::path& base) {
  const std::string bytes = content(base);
  std::vector<std::int32_t> tokens(window * windows);
  constexpr std::size_t header = 8 + 3 * sizeof(std::int32_t);
  REQUIRE(bytes.starts_with("_logits_"));
  REQUIRE(bytes.size() > header + tokens.size() * sizeof(std::int32_t));
  std::memcpy(tokens.data(), bytes.data() + header, tokens.size() * sizeof(std::int32_t));
  return tokens;
}

class Served {
public:
  explicit Served(const std::string& model)
      : engine_(find_engine(catalog({}), "llama-server")),
        server_({"llama-server", "-m", gguf_model(model).string(), "--port", "{port}", "-t", "1", "-c", "512", "-np", "1"}) {
    REQUIRE(server_.ready("/health"));
    target_ = {&engine_, {"127.0.0.1", server_.port(), ""}, "m"};
  }
  const ChatTarget& target() const { return target_; }

private:
  EngineDescriptor engine_;
  RunningServer server_;
  ChatTarget target_;
};

/// Each window as a prompt and its answer, with what the reference file expects at each position.
Reference expectations(const std::vector<std::int32_t>& tokens, const InterruptFlag& interrupt) {
  const Served server(reference_file);
  Reference reference;
  reference.has_logprobs = true;
  for (std::size_t start = 0; start < tokens.size(); start += window) {
    ReferenceAnswer answer;
    answer.prompt_tokens.assign(tokens.begin() + static_cast<std::ptrdiff_t>(start),
                                tokens.begin() + static_cast<std::ptrdiff_t>(start + window - scored));
    std::vector<std::int64_t> context = answer.prompt_tokens;
    for (std::size_t i = start + window - scored; i < start + window; ++i) {
      TokenRecord token = next_token(server.target(), context, thresholds::alternatives, interrupt);
      token.id = tokens[i];
      context.push_back(token.id);
      answer.plain.tokens.push_back(std::move(token));
    }
    reference.answers.push_back(std::move(answer));
  }
  return reference;
}

Figures ours(const std::string& candidate, const Reference& reference, const InterruptFlag& interrupt) {
  const Served server(candidate);
  const auto quality = measured_quality(server.target(), reference, windows * static_cast<std::int64_t>(scored),
                                        std::chrono::steady_clock::now() + std::chrono::minutes(5), interrupt);
  REQUIRE(quality);
  CHECK(quality->positions > windows * static_cast<std::int64_t>(scored) * 9 / 10);
  return {quality->mean_kld, quality->same_top_rate};
}

}  // namespace

TEST_SUITE("live/divergence") {
  TEST_CASE("quantised files diverge as llama-perplexity says, but for what is not in the lists") {
    SKIP_WHERE(missing_perplexity());
    const fs::path base = scratch() / "reference.base";
    perplexity_run(reference_file,
                   "-f '" SWEETSPOT_SOURCE_DIR "/README.md' --chunks " + std::to_string(windows) + " --kl-divergence-base '" +
                       base.string() + "'",
                   "Final estimate:");
    const NeverInterrupted interrupt;
    const Reference reference = expectations(tokens_of(base), interrupt);
    for (const char* file : {"target-Q8_0.gguf", "target-Q4_0.gguf"}) {
      const Figures expected = theirs(file, base);
      const Figures measured = ours(file, reference, interrupt);
      MESSAGE(std::string(file) << ": KLD " << measured.mean_kld << " of " << expected.mean_kld << " nat, same first choice "
                                << measured.same_top_rate << " and " << expected.same_top_rate);
      CHECK(measured.mean_kld <= 1.05 * expected.mean_kld);
      CHECK(measured.mean_kld >= 0.5 * expected.mean_kld);
      CHECK(measured.same_top_rate == doctest::Approx(expected.same_top_rate).epsilon(0.02));
    }
  }
}
