#include "gate/teacher_forcing.hpp"

#include "gate/alignment.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace sweetspot {
namespace {

using Class = TokenJudgement::Class;

constexpr std::size_t excerpt_bytes = 48;

/// An opinion that was asked for, of the token at its place.
struct Step {
  TokenRecord opinion;
  TokenJudgement judgement;
  std::string bytes;       ///< of the token; empty where they are not known, and for the end
  std::size_t own_at = 0;  ///< where they begin in the text's own bytes
};

/// The end of what comes before, short enough that the difference after it is seen in one line.
std::string lead(const std::string& before) {
  constexpr std::size_t lead_bytes = 24;
  std::size_t from = before.size() > lead_bytes ? before.size() - lead_bytes : 0;
  while (from < before.size() && (static_cast<unsigned char>(before[from]) & 0xC0U) == 0x80U) ++from;
  return before.substr(from);
}

std::string shown(const TokenRecord& record) { return record.top.empty() ? "" : record.top.front().bytes; }

class Forcing {
public:
  Forcing(const Teacher& teacher, ForcedText text, std::int64_t positions, double tie_margin)
      : teacher_(teacher), text_(std::move(text)), positions_(static_cast<std::size_t>(positions)), tie_margin_(tie_margin) {
    context_ = text_.prompt;
    context_.insert(context_.end(), text_.tokens.begin(), text_.tokens.begin() + static_cast<std::ptrdiff_t>(text_.from));
  }

  ScoredText run() {
    while (steps_.size() < positions_ && place() < text_.tokens.size()) {
      const TokenRecord opinion = teacher_.next(context_);
      if (opinion.top.empty() && text_.tokenised) {
        lost_ = true;
        break;
      }
      take({opinion, judge_token(opinion, text_.tokens[place()], tie_margin_), bytes_of(opinion), own_at_});
      if (text_.tokenised && is_miscommit() && split_otherwise()) continue;
      // Its bytes are not known: what follows cannot be placed.
      if (text_.tokenised && steps_.back().bytes.empty()) break;
    }
    return told();
  }

private:
  std::size_t place() const { return text_.from + steps_.size(); }
  bool is_miscommit() const { return steps_.back().judgement.classification == Class::miscommit; }

  std::string bytes_of(const TokenRecord& opinion) const {
    if (place() < text_.bytes.size()) return text_.bytes[place()];
    for (const TokenAlternative& alternative : opinion.top) {
      if (alternative.id == text_.tokens[place()]) return alternative.bytes;
    }
    return {};
  }

  void take(Step step) {
    context_.push_back(text_.tokens[place()]);
    own_at_ = std::min(text_.own.size(), step.own_at + step.bytes.size());
    steps_.push_back(std::move(step));
  }

  void back_to(std::size_t step) {
    own_at_ = steps_[step].own_at;
    steps_.resize(step);
    context_.resize(text_.prompt.size() + place());
  }

  /// Goes back to the last place where the text may have been split otherwise, and on from there. Where nothing is left to be
  /// tried, the split stays that came furthest, the tokenizer's before others, with its miscommit.
  bool split_otherwise() {
    if (!furthest_ || steps_.back().own_at > furthest_->steps.back().own_at) furthest_ = Split{text_.tokens, steps_, own_at_};
    const std::size_t end = furthest_->steps.back().own_at;
    for (std::size_t i = steps_.size(); i-- > 0 && steps_[i].own_at + thresholds::split_bytes >= end;) {
      for (const TokenAlternative& alternative : steps_[i].opinion.top) {
        if (tried_.size() >= thresholds::splits_tried) break;
        const bool fits =
            !alternative.bytes.empty() && std::string_view(text_.own).substr(steps_[i].own_at).starts_with(alternative.bytes);
        const bool other = alternative.id != text_.tokens[text_.from + i];
        if (!fits || !other || judge_token(steps_[i].opinion, alternative.id, tie_margin_).classification > Class::tie) continue;
        if (!tried_.insert({steps_[i].own_at, alternative.id}).second) continue;
        write(i, alternative);
        return true;
      }
    }
    text_.tokens = furthest_->tokens;
    steps_ = furthest_->steps;
    own_at_ = furthest_->own_at;
    context_ = text_.prompt;
    context_.insert(context_.end(), text_.tokens.begin(), text_.tokens.begin() + static_cast<std::ptrdiff_t>(place()));
    return false;
  }

  void write(std::size_t step, TokenAlternative alternative) {  // by value: the step that holds it goes
    Step taken = steps_[step];
    back_to(step);
    text_.bytes.resize(std::min(text_.bytes.size(), place()));
    text_.tokens.resize(place());
    text_.tokens.push_back(alternative.id);
    taken.judgement = judge_token(taken.opinion, alternative.id, tie_margin_);
    taken.bytes = alternative.bytes;
    take(std::move(taken));
    const std::string after = text_.own.substr(own_at_);
    if (after.empty()) return;
    for (const std::int64_t token : teacher_.tokenize(after)) text_.tokens.push_back(token);
  }

  static void count(Rescored& figures, const TokenJudgement& judgement) {
    ++figures.tokens;
    if (judgement.classification != Class::agree) ++figures.disagree;
    if (judgement.classification == Class::grey) ++figures.grey;
    if (judgement.classification == Class::miscommit) ++figures.miscommit;
    constexpr std::array<double, 6> bounds = {0, 0.1, 0.5, 1, 2, 4};
    const double margin = judgement.classification == Class::agree ? 0 : std::max(judgement.margin_at_least, 1e-9);
    ++figures.histogram[static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), margin) - bounds.begin())];
  }

  ScoredText told() const {
    ScoredText scored;
    scored.prompt_id = text_.prompt_id;
    if (text_.from + positions_ < text_.tokens.size()) scored.unscored = Unscored::length;
    if (lost_) scored.unscored = Unscored::character;
    std::string before = text_.before;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const auto& [opinion, judgement, bytes, own_at] = steps_[i];
      if (before.size() > excerpt_bytes) before = before.substr(before.size() - excerpt_bytes);
      if (!opinion.top.empty()) {  // else nothing is known of this position
        count(scored.figures, judgement);
        const bool first_miscommit = judgement.classification == Class::miscommit && scored.figures.miscommit == 1;
        if (first_miscommit || (scored.figures.miscommit == 0 && judgement.margin_at_least > scored.figures.worst_margin))
          scored.worst = evidence(i, before);
        scored.figures.worst_margin = std::max(scored.figures.worst_margin, judgement.margin_at_least);
      }
      before += bytes;
    }
    return scored;
  }

  Evidence evidence(std::size_t step, const std::string& before) const {
    const auto& [opinion, judgement, bytes, own_at] = steps_[step];
    const std::string seen = bytes.empty() ? text_.own.substr(own_at, excerpt_bytes) : bytes;
    return {text_.prompt_id, lead(before) + shown(opinion), lead(before) + (seen.empty() ? "(end)" : seen),
            "at token " + std::to_string(text_.from + step) + " the model itself prefers another one by " +
                std::to_string(judgement.margin_at_least).substr(0, 4) + " nat" + (judgement.margin ? "" : " or more")};
  }

  struct Split {
    std::vector<std::int64_t> tokens;
    std::vector<Step> steps;
    std::size_t own_at = 0;
  };

  const Teacher& teacher_;
  ForcedText text_;
  std::size_t positions_;
  double tie_margin_;
  std::vector<std::int64_t> context_;  ///< the prompt and what was taken
  std::vector<Step> steps_;
  std::size_t own_at_ = 0;
  bool lost_ = false;
  std::optional<Split> furthest_;                         ///< up to the miscommit that is looked into
  std::set<std::pair<std::size_t, std::int64_t>> tried_;  ///< places in the own text, with the token that was put there
};

}  // namespace

ScoredText forced(const Teacher& teacher, ForcedText text, std::int64_t positions, double tie_margin) {
  return Forcing(teacher, std::move(text), positions, tie_margin).run();
}

}  // namespace sweetspot
