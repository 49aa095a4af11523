#pragma once

#include "backends/api.hpp"
#include "core/failure.hpp"
#include "core/parameter.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// How one parameter's value is written on the command line: the flag, then the value.
struct Emission {
  /// Where the flag depends on other parameters.
  struct Alternative {
    std::vector<Condition> when;
    std::vector<std::string> spellings;  ///< newest first; none: nothing is written
    bool operator==(const Alternative&) const = default;
  };
  /// Spellings newest first; the first that the binary's help offers (and has not removed) is used.
  std::vector<std::string> spellings;
  /// The first whose conditions hold takes the place of `spellings`.
  std::vector<Alternative> alternatives;
  /// For values that are a flag of their own: value text -> spellings, newest first; an empty list emits nothing.
  std::map<std::string, std::vector<std::string>> by_value;
  /// The flag takes no value in older builds: written only for "on" when the help shows no value hint.
  bool boolean_when_no_hint = false;
  /// The default in the help counts, so that a value equal to it is not written. Otherwise the descriptor's counts: for
  /// flags whose default is not what happens without the flag.
  bool default_from_help = true;
  /// The default is this other parameter's value: what was read back from a server at its defaults holds only while the
  /// other one has its default, too.
  std::string default_follows;
  /// Emitted only when these hold.
  std::vector<Condition> when;
  /// An environment variable that takes the value, for engines that have no flag for it.
  std::string variable;
  /// What is written in the place of a value: value text ("*": any other) -> text with {value}.
  std::map<std::string, std::string> written_as;
};

struct EngineParameter {
  Parameter parameter;
  Emission emission;
  /// The field of a chat request that sets it, for parameters of request scope: what is measured needs no relaunch, and only
  /// the printed command has the flag.
  std::string request_field;
  /// More of `parameter.active_when`, which count only in a space that holds the parameters named (space_parameters()):
  /// absent there means "the engine decides", not the default value.
  std::vector<Condition> active_when_searched;
  /// Regular expression with one group over the server's log, or a JSON pointer into the properties endpoint, that tells
  /// the value in effect; either may be empty.
  std::string effective_log;
  std::string effective_pointer;
  std::map<std::string, std::string> effective_words;  ///< the engine's word there -> the parameter's value
};

/// What a kind of speculation needs beside its flags.
enum class SpeculationNeeds { nothing, draft_model, own_head };

/// The kinds of `spec_type`; no kinds for an engine that cannot speculate.
struct Speculation {
  std::map<std::string, SpeculationNeeds> kinds;
  std::string with_draft_model;      ///< kind meant by a draft_depth without spec_type when there is a draft model
  std::string with_own_head;         ///< and when there is none, but the model has a draft head
  std::vector<std::string> implied;  ///< kinds that builds without the word do unasked
};

/// How to see in a running server that a flag really acted.
struct Engagement {
  std::vector<Condition> when;  ///< applies to configurations where these hold
  /// "draft_n": drafted tokens > 0 in the timings; "log": `pattern` must match the log; "pointer": the value at `pointer`
  /// of the properties endpoint equals the parameter's.
  std::string kind;
  std::string pattern;
  std::string pointer;
  std::string parameter;
  std::string detail;  ///< what it means when it is not seen
};

/// What an engine is given as a model: a GGUF file, a folder with config.json and safetensors, a name of its own.
enum class ModelForm { gguf, folder, name };

struct FailurePattern {
  std::string pattern;  ///< regular expression over the log, case-insensitive
  FailureKind kind = FailureKind::launch_failed;
  std::string hint;
};

/// A flag known to relax correctness: it caps the verdict before anything is measured.
struct Trap {
  std::vector<Condition> when;
  std::string cap;  ///< outcome at best: "lossy", "broken"
  std::string reason;
  std::string source;
};

struct EngineDescriptor {
  int schema_version = 1;
  std::string name;
  std::string description;
  std::string origin;                         ///< "built in" or the file it was read from
  std::map<std::string, std::string> proven;  ///< version as shown -> "live" or "transcript"
  struct Identity {
    std::vector<std::string> executables;        ///< names looked for on PATH; none: never launched, only asked at a URL
    std::string version_executable;              ///< the program beside it that tells the version; empty: it does so itself
    std::vector<std::string> version_arguments;  ///< none: the version is not known
    std::vector<std::string> help_arguments;
    std::string version_pattern;  ///< one group: the version to show
    std::string version_prefix;   ///< put before it: "b"
    std::string help_style;       ///< "llama": options in column 0, description beside or below; "argparse": indented options;
                                  ///< "none": there is no help to ask, the descriptor's first spellings are taken as they are
    std::string removed_pattern;  ///< a description that matches is no option
    ModelForm model_form = ModelForm::gguf;
    /// A server of it that is commonly left running on this machine, and may be older than what is installed.
    struct Daemon {
      int port = 0;
      std::string version_path;
      std::string version_pointer;  ///< to the version's text in what it answers
    };
    std::optional<Daemon> daemon;
    /// Something that a running server of it answers.
    struct Mark {
      std::string path;     ///< asked with GET
      std::string pointer;  ///< to a value of the JSON there; empty: the whole body
      std::string pattern;  ///< that its text must hold; empty: any value but null
      std::string server;   ///< pattern of the Server header of what it answers there; empty: any
    };
    /// What tells a server that already runs from other engines' servers, all together; none: it has to be named.
    std::vector<Mark> recognised_by;
    std::vector<std::string> models;  ///< built in, known by name; empty: see model_form
  } identity;
  struct Launch {
    /// A list, never a shell string, of groups: words that are no flag ("serve", "{model}") as they stand; or a flag
    /// ("--new|--old": the first that the help offers) and its values, with {model} {port} {alias} {context} {draft_model}. A
    /// group is left out when a placeholder has no value, when a parameter of the configuration writes the same flag, and, unless
    /// it holds {model} or {port}, when the help lacks it.
    std::vector<std::vector<std::string>> arguments;
    std::vector<std::vector<std::string>> measurement_only;  ///< left out of the printed command (port, alias, log level)
    std::vector<std::vector<std::string>> draft_model;       ///< only while speculation with a draft model is active
    std::vector<std::string> scrub_environment;              ///< prefixes of names
    std::map<std::string, std::string> environment;          ///< for measuring only; {empty_folder} is a new empty folder
    std::map<std::string, Value> fixed;                      ///< what the argument groups pin, by parameter name, for the report
  } launch;
  struct Ready {
    std::string path;     ///< "/health"
    std::string pointer;  ///< JSON pointer that must hold `value`
    std::string value;
    std::string never_pattern;     ///< a line of the log that says that it will never be ready, though the process lives on
    std::string properties_path;   ///< "/props"
    std::string alias_pointer;     ///< in the properties: the alias that we gave, proof that it is our process
    std::string context_pointer;   ///< in the properties: tokens of context served
    std::string template_pointer;  ///< in the properties: the chat template
  } ready;
  struct Protocol {
    std::string chat_path;
    std::map<std::string, std::string> headers;  ///< that every request carries
    std::string model;                           ///< to send: "{alias}", "{model}" (as it was launched with), or a fixed name
    std::string
        reasoning_field;     ///< "reasoning_content"; names of several, the first that holds thoughts counts, are parted by |
    std::string terminator;  ///< "[DONE]"; empty: the engine sends none
    bool role_with_first_token = false;  ///< the role comes with the first token, the finish_reason with the last, text or not
    bool structured_output = false;      ///< it heeds response_format with a JSON schema
    std::string usage_pointer;
    std::string timings_pointer;
    std::map<std::string, std::string> timings;  ///< our name -> theirs
    std::string greedy_json;                     ///< request fields of greedy decoding
    std::string no_cache_json;                   ///< request fields that switch the prompt cache off for one request
    std::string logprobs_json;                   ///< request fields that ask for log probabilities; empty: not offered
    std::string template_path;                   ///< messages -> prompt text
    std::string tokenize_path;                   ///< text -> token ids
    std::string completion_path;                 ///< token ids -> next token with alternatives; empty: no re-scoring
    bool send_seed = true;                       ///< false: a seed changes how the engine works, and users send none
    /// Tokens are pieces of the vocabulary (byte-pair letters, U+2581 for a blank), listed in no order: the most probable
    /// alternative is the token itself. Otherwise "token" or "bytes" is the text.
    bool token_pieces = false;
    /// An API beside chat completions.
    struct OtherApi {
      std::string path;
      std::string greedy_json;          ///< request fields of greedy decoding
      std::string no_cache_json;        ///< request fields that switch the prompt cache off for one request
      std::set<std::string> liberties;  ///< where the engine departs from the API's documentation (words of the schema)
      std::string note;                 ///< what is known of it, for people
    };
    std::map<Api, OtherApi> apis;
  } protocol;
  std::vector<EngineParameter> parameters;
  Speculation speculation;
  std::vector<Constraint> constraints;
  std::map<std::string, Value> reference;  ///< parameter -> value of plain greedy decoding
  std::vector<Engagement> engaged;
  std::vector<FailurePattern> failures;
  std::vector<Trap> traps;
  /// goal -> parameter -> values, the default search space; "default" serves goals that are not named.
  std::map<std::string, std::map<std::string, std::vector<Value>>> default_space;
};

/// Reads and checks a descriptor against the schema. Throws Error that names origin, JSON pointer and what was expected.
EngineDescriptor read_descriptor(const std::string& json_text, const std::string& origin);

/// All that is wrong with a descriptor, one line each; empty when it is sound. Never throws.
std::vector<std::string> descriptor_problems(const std::string& json_text, const std::string& origin);

/// Engines known: those compiled in, overridden and added to by FOLDER/*.json (the user's engines folder).
std::vector<EngineDescriptor> catalog(const std::filesystem::path& user_folder);

/// Throws Error with "did you mean" when there is none of that name.
EngineDescriptor find_engine(const std::vector<EngineDescriptor>& engines, const std::string& name);

/// How far the descriptor is proven with this version: "live", "transcript" or "never".
std::string proven(const EngineDescriptor& engine, const std::string& version);

/// Whether the engine can be started at all, or only be asked where it already runs.
bool can_launch(const EngineDescriptor& engine);

const EngineParameter* find_parameter(const EngineDescriptor& engine, const std::string& name);

}  // namespace sweetspot
