#include "demo_engine/language_model.hpp"

#include "demo_engine/context.hpp"
#include "demo_engine/mixture.hpp"
#include "demo_engine/ngram.hpp"

namespace demo {

struct LanguageModel::Knowledge {
  explicit Knowledge(ModelSize size)
      : ability(ability_of(size)), ngrams(vocabulary, ability.ngrams), grammar(vocabulary, ngrams) {}

  Vocabulary vocabulary;
  Ability ability;
  Ngrams ngrams;
  Grammar grammar;
};

LanguageModel::LanguageModel(ModelSize size) : knowledge_(std::make_unique<Knowledge>(size)) {}
LanguageModel::~LanguageModel() = default;
LanguageModel::LanguageModel(LanguageModel&&) noexcept = default;
LanguageModel& LanguageModel::operator=(LanguageModel&&) noexcept = default;

const Vocabulary& LanguageModel::vocabulary() const { return knowledge_->vocabulary; }

std::unique_ptr<Sequence> LanguageModel::sequence() const { return std::make_unique<Context>(knowledge_->grammar); }

Distribution LanguageModel::next(const Sequence& sequence, const Numerics& numerics) const {
  const auto& context = static_cast<const Context&>(sequence);
  Mixture mixture(knowledge_->grammar, knowledge_->ability);
  mixture.fill(context);
  mixture.disturb(context, numerics);
  return mixture.distribution();
}

}  // namespace demo
