#include "core/error.hpp"
#include "core/limits.hpp"
#include "run/recorded_table.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <memory>

namespace sweetspot {

RecordedTable load_table(const std::filesystem::path& path) {
  const auto close = [](gzFile file) { gzclose_r(file); };
  // zlib reads a file that is not compressed as it is.
  const std::unique_ptr<gzFile_s, decltype(close)> file(gzopen(path.c_str(), "rb"), close);
  if (!file)
    throw Error{fmt::format("{} cannot be read", path.string()), "name a recorded table (.csv, .json, also .gz) or a study"};
  std::string text;
  std::array<char, 1 << 16> buffer{};
  while (true) {
    const int count = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (count < 0) {
      int code = 0;
      throw Error{fmt::format("{}: {}", path.string(), gzerror(file.get(), &code)), "get the file again"};
    }
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > limits::table_bytes)
      throw Error{fmt::format("{} has more than {} MiB", path.string(), limits::table_bytes >> 20), "cut the table"};
  }
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) throw Error{fmt::format("{} ends too early", path.string()), "get the file again"};
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string::npos && text[first] == '{';
  return json ? read_t4(text, path.filename().string()) : read_table(text, path.filename().string());
}

}  // namespace sweetspot
