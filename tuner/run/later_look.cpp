#include "run/later_look.hpp"

#include "gate/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace sweetspot {
namespace {

constexpr std::string_view waits_for_reference = "waits for the reference's opinion of its texts";

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void add_counts(Verdict& to, const Verdict& from) {
  to.prompts_compared += from.prompts_compared;
  to.tokens_compared += from.tokens_compared;
  to.requests += from.requests;
  to.divergences.insert(to.divergences.end(), from.divergences.begin(), from.divergences.end());
}

Verdict with_fresh(Verdict before, Verdict fresh) {
  const bool no_time = fresh.outcome == Outcome::inconclusive && contains(fresh.not_verified, cut_short);
  const std::string found = no_time
                                ? "fresh prompts were not all asked: " + fresh.detail
                                : fmt::format("fresh prompts: {} compared, {}", fresh.prompts_compared, to_string(fresh.outcome));
  const CheckResult row{"G14", fresh.outcome, found};
  before.fresh = fresh.fresh = true;
  fresh.tier = before.tier;
  if (no_time || fresh.outcome <= before.outcome) {
    add_counts(before, fresh);
    if (no_time) before.not_verified.push_back("fresh prompts");
    before.checks.push_back(row);
    return before;
  }
  add_counts(fresh, before);
  for (const std::string& missing : before.not_verified) {
    if (!contains(fresh.not_verified, missing)) fresh.not_verified.push_back(missing);
  }
  fresh.apis = before.apis;  // which are not asked fresh prompts
  fresh.detail = "on fresh prompts: " + fresh.detail;
  fresh.checks.push_back(row);
  return fresh;
}

}  // namespace

Verdict with_later_look(std::optional<Verdict> before, Verdict later, std::optional<Tier> tier) {
  if (!before) return later;
  if (tier == Tier::fresh) return with_fresh(std::move(*before), std::move(later));
  const bool stays = before->outcome > later.outcome && before->outcome != Outcome::inconclusive;
  before->tier = later.tier = std::max(before->tier, later.tier);
  before->fresh = later.fresh = before->fresh || later.fresh;
  return stays ? std::move(*before) : std::move(later);
}

Verdict waiting_verdict(Verdict so_far) {
  so_far.outcome = Outcome::inconclusive;
  so_far.check = "G7";
  so_far.detail = waits_for_reference;
  return so_far;
}

bool waits(const Verdict& verdict) {
  return verdict.outcome == Outcome::inconclusive && verdict.check == "G7" && verdict.detail == waits_for_reference;
}

}  // namespace sweetspot
