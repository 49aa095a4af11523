#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The tools that a request offers, with their JSON Schemas (draft 7) ready for use.
class ToolSchemas {
public:
  /// A schema that cannot be read is kept as unreadable: nothing can be said against its arguments.
  explicit ToolSchemas(std::string_view tools_json);
  ToolSchemas(ToolSchemas&&) noexcept;
  ToolSchemas& operator=(ToolSchemas&&) noexcept;
  ~ToolSchemas();

  bool empty() const;
  bool offers(const std::string& name) const;
  /// What is wrong with the array of tools itself; nothing when it is sound.
  const std::optional<std::string>& problem() const;
  /// Every violation as "at /address/city: ...", or without a place for the arguments as a whole; `arguments_json` has
  /// passed check_strict_json.
  std::vector<std::string> violations(const std::string& name, std::string_view arguments_json) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sweetspot
