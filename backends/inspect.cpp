#include "backends/inspect.hpp"

#include "backends/gguf_file.hpp"
#include "backends/model_folder.hpp"
#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <system_error>

namespace sweetspot {

ModelInspection inspect_model(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw Error{"there is no file or folder " + path.string() + (error && error.value() != ENOENT ? ": " + error.message() : ""),
                "name a .gguf file, or a folder with config.json and .safetensors files"};
  if (!std::filesystem::is_directory(status) && path.extension() == ".safetensors")
    throw Error{path.string() + " is only a part of a model", "name its folder, where config.json is"};
  ModelInspection model =
      std::filesystem::is_directory(status) ? inspect_folder(read_model_folder(path)) : inspect_gguf(read_gguf_file(path));
  model.path = path.string();
  std::ranges::stable_sort(model.quantisation, std::ranges::greater{}, &StoredType::parameters);
  add_common_findings(model);
  return model;
}

void add_common_findings(ModelInspection& model) {
  const auto add = [&](const char* code, std::string text) {
    model.findings.push_back({code, std::move(text), std::nullopt, false});
  };
  if (!model.chat_template.present) {
    add("no_chat_template",
        "it has no chat template, so it is probably a base model, and a server makes one up that it was not trained on: take the "
        "instruction-tuned model, or give its template to the server");
  } else if (!model.chat_template.tools) {
    add("template_without_tools",
        "its chat template knows nothing of tools: tool calls work only as far as a server puts them in by itself");
  }
  const auto& heads = model.draft_heads;
  if (heads.declared > 0 && heads.present == 0) {
    add("draft_head_missing",
        fmt::format("it declares {} draft {} (MTP) and no file holds {}: speculation by it does nothing or is refused; take a "
                    "conversion that kept the head, or leave that speculation out",
                    heads.declared, heads.declared == 1 ? "layer" : "layers", heads.declared == 1 ? "it" : "them"));
  } else if (heads.declared == 0 && heads.present > 0) {
    add("draft_head_undeclared",
        fmt::format("it holds {} draft {} (MTP) that the metadata does not declare: engines pass over {}; take a conversion that "
                    "declares the head",
                    heads.present, heads.present == 1 ? "layer" : "layers", heads.present == 1 ? "it" : "them"));
  }
}

}  // namespace sweetspot
