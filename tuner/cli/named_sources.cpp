#include "cli/named_sources.hpp"

#include "backends/model.hpp"
#include "cli/parameter_arguments.hpp"
#include "core/error.hpp"

#include <map>
#include <utility>
#include <vector>

namespace sweetspot {
namespace {

using Texts = std::vector<std::string>;

/// What the arguments that say how the default is say first, then all others.
Texts named(const Options& options, std::string_view parameter) {
  Texts found = words_given(options.parameters, parameter);
  for (const Texts* arguments : {&options.a, &options.b, &options.set, &options.fix}) {
    for (const std::string& argument : *arguments) {
      const std::string start = std::string(parameter) + "=";
      if (argument.starts_with(start)) found.push_back(argument.substr(start.size()));
    }
  }
  return found;
}

std::string first_of_default(const Options& options, std::string_view parameter) {
  Options asked;
  asked.parameters = options.parameters;
  asked.a = options.a;
  const Texts found = named(asked, parameter);
  return found.empty() ? "" : found.front();
}

}  // namespace

std::string own_model(const Options& options) {
  return options.model.empty() ? first_of_default(options, model_parameter) : options.model;
}

std::string own_binary(const Options& options) {
  return options.binary.empty() ? first_of_default(options, binary_parameter) : options.binary;
}

void add_named_sources(const Options& options, Context& context, LiveSetup& setup) {
  if (const Texts words = named(options, model_parameter); !words.empty()) {
    std::map<std::string, ModelIdentity> models;
    for (const std::string& word : words) models[word] = find_model(setup.engine, word, "--param model=FILE,FILE");
    add_models(setup, own_model(options), std::move(models));
  }
  const Texts words = named(options, binary_parameter);
  if (words.empty()) return;
  std::map<std::string, EngineProbe> binaries;
  for (const std::string& word : words) {
    const auto binary = find_executable(setup.engine, word, context.environment.search_path());
    if (!binary) throw Error{"binary=" + word + " was not found", "give the path of an executable"};
    binaries[word] = probe_binary(setup.engine, *binary, context.interrupt);
  }
  const std::string own = own_binary(options);
  add_binaries(setup, own.empty() ? setup.probe.binary.string() : own, std::move(binaries));
}

}  // namespace sweetspot
