#!/bin/sh
# usage: include_check.sh [ROOT]
# Fails when a source breaks the shape of the house: an include against the arrows
# core <- { search, backends, reports } <- gate <- run <- cli, a third-party header outside its home, a file over 400 lines.
set -eu

root=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)}
cd "$root"
files=$(find . \( -name build -o -name '.?*' \) -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print | sed 's,^\./,,' | sort)
[ -n "$files" ] || { echo "include_check: no sources under $root" >&2; exit 2; }

# shellcheck disable=SC2086
awk '
BEGIN {
  # What each layer may include. gate may use backends (it asks the server); it has no business with search and reports.
  allowed["core"] = " core "
  allowed["search"] = " core search "
  allowed["backends"] = " core backends "
  allowed["reports"] = " core reports "
  allowed["gate"] = " core backends gate "
  allowed["run"] = " core search backends reports gate run "
  allowed["cli"] = " core search backends reports gate run cli "
  # Third-party headers that are dear to compile, or whose interface should not spread: where they may be included.
  home["boost/process"] = "^backends/(server|child)_process\\.cpp$"
  home["boost/json"] = "^backends/(boost_json\\.cpp|chat_json\\.[ch]pp)$"
  home["boost/beast"] = "^backends/http_client\\.cpp$"
  home["Eigen/"] = "^search/gaussian_process\\.cpp$"
  home["CLI/"] = "^tuner/cli/(options|options_tree|option_groups|completions|man_page)\\.cpp$"
  home["sqlite3.h"] = "^tuner/run/store\\.cpp$"
  home["valijson/"] = "^(backends/descriptor_schema|tuner/gate/tool_schema)\\.cpp$"
  home["nlohmann/json.hpp"] = "(\\.cpp|^tuner/core/json_support\\.hpp)$"
}

function complain(text) {
  printf "%s: %s\n", where, text
  bad++
}

function layer_of(path,    parts) {
  split(path, parts, "/")
  return parts[1] == "tuner" ? parts[2] : parts[1]
}

function finish_file() {
  where = file
  if (lines > 400) complain(lines " lines; the limit is 400: move an idea into a file of its own")
}

FNR == 1 {
  if (file != "") finish_file()
  file = FILENAME
  layer = layer_of(file)
}
{ lines = FNR }

layer in allowed && /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  where = file ":" FNR
  header = $0
  sub(/^[^<"]*[<"]/, "", header)
  sub(/[>"].*$/, "", header)
  from = layer_of(header)
  if ($0 ~ /"/) {
    if (!(from in allowed)) complain("\"" header "\" names no layer; write it as \"layer/file.hpp\"")
    else if (index(allowed[layer], " " from " ") == 0) complain("layer " layer " may not include \"" header "\"; move the noun down into core")
  }
  for (prefix in home)
    if (index(header, prefix) == 1 && file !~ home[prefix]) complain("<" header "> is outside its home " home[prefix])
}

# ctest takes a semicolon for the end of a name: such a case would never run, and pass.
/TEST_CASE\("[^"]*;/ { where = file ":" FNR; complain("a semicolon in the name of a test case: write a comma") }

END {
  finish_file()
  printf "include_check: %d finding%s\n", bad, bad == 1 ? "" : "s"
  exit bad > 0
}
' $files
