#!/bin/sh
# link_darwin.sh SOURCE BUILD: compiles every source of sweetspot and its demo engine for arm64 macOS 13 with zig's clang, libc++ and
# macOS headers, and links both, which takes some six minutes of processor time: the Python package ziglang in a virtual environment of
# its own, $SWEETSPOT_ZIG (installed there when it is missing). Linked, not run: only a Mac runs them. BUILD is a build folder whose
# generated sources are there. Exit code 77, with a line that says why, where it cannot be tried.
set -eu
source=$1
build=$2
work=$build/darwin
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

skip() {
  printf 'link_darwin: skipped: %s\n' "$1"
  exit 77
}

[ "$(uname)" != Darwin ] || skip "this is macOS: the build itself shows it"
folder=${SWEETSPOT_ZIG:-}
[ -n "$folder" ] || skip "SWEETSPOT_ZIG names no folder for the compiler (./run test sets it)"
zig=$folder/bin/python
if ! "$zig" -m ziglang version >/dev/null 2>&1; then
  { python3 -m venv "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check ziglang==0.17.1; } || skip "pip could not install ziglang"
fi
export ZIG_GLOBAL_CACHE_DIR="$folder/zig-cache"

# Header-only libraries and nothing else of the system's headers: no Linux header may leak in.
value() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
header() {
  for folder in "$@" /usr/include; do
    [ ! -e "$folder/$name" ] || { ln -s "$folder/$name" "$work/include/$name"; return 0; }
  done
  skip "no headers of $name"
}
rm -rf "$work"
mkdir -p "$work/include" "$work/objects" "$work/lib"
name=boost header "$(value Boost_DIR)/../../../../include" "$(value Boost_DIR)/../../../include"
name=valijson header "$(value VALIJSON_INCLUDE_DIR)"
for name in nlohmann CLI fmt sqlite3.h; do header; done
name=Eigen header /usr/include/eigen3

# stub NAME VERSION PATTERN: what the linker must know of a system library: the functions of it that are used.
stub() {
  {
    printf -- "--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-macos ]\ninstall-name: '/usr/lib/%s.dylib'\ncurrent-version: %s\n" "$1" "$2"
    printf 'exports:\n  - targets: [ arm64-macos ]\n    symbols: ['
    grep -rhoE "\\b$3\\(" "$source/tuner" --include='*.cpp' --include='*.hpp' | sort -u | sed 's/^/_/; s/($//; s/(//' | paste -sd, - | tr -d '\n'
    printf ' ]\n...\n'
  } >"$work/lib/$1.tbd"
}
stub libsqlite3 9.6 'sqlite3_[a-z0-9_]+'
stub libz 1.2.12 'gz[a-z_]+'

# Process v2 without Boost.Filesystem; two headers that 1.81 forgets then (its own source files come from one of ours).
printf '#include <boost/process/v2/src.hpp>\n' >"$work/process.cpp"
# What most sources include, compiled once: it halves the time.
for name in boost/optional boost/type_traits; do printf '#include <%s.hpp>\n' "$name"; done >"$work/common.hpp"
for name in algorithm array chrono filesystem fstream functional map memory optional regex set span string string_view vector \
  fmt/format.h fmt/ranges.h nlohmann/json.hpp; do printf '#include <%s>\n' "$name"; done >>"$work/common.hpp"
cat >"$work/clang" <<END
#!/bin/sh
exec "$zig" -m ziglang c++ -target aarch64-macos.13.0 -std=c++20 -O0 -g0 -fno-sanitize=undefined -Xclang -fpch-instantiate-templates \\
  -Wall -Wextra -Wno-unknown-warning-option -Werror=unguarded-availability \\
  -DFMT_HEADER_ONLY=1 -DVALIJSON_USE_EXCEPTIONS=1 -DBOOST_ASIO_NO_DEPRECATED=1 -DBOOST_ERROR_CODE_HEADER_ONLY=1 \\
  -DBOOST_PROCESS_USE_STD_FS=1 -DBOOST_PROCESS_V2_SEPARATE_COMPILATION=1 -DSWEETSPOT_VERSION='"$(value CMAKE_PROJECT_VERSION)"' \\
  -isystem "$work/include" -I"$source" -I"$source/tuner" -I"$source/examples" "\$@"
END
chmod +x "$work/clang"
"$work/clang" -x c++-header "$work/common.hpp" -o "$work/common.pch"
cat >"$work/compile" <<END
#!/bin/sh
exec "$work/clang" -include-pch "$work/common.pch" -c -o "$work/objects/\$(printf %s "\$1" | tr / _).o" "\$1"
END
chmod +x "$work/compile"
{
  find "$source/tuner" "$source/search" "$source/backends" "$source/reports" "$source/examples" -name '*.cpp' ! -name '*_linux.cpp'
  find "$build/tuner" "$build/search" "$build/backends" "$build/reports" "$build/examples" -name CMakeFiles -prune -o -name '*.cpp' -print
  printf '%s\n' "$work/process.cpp"
} >"$work/sources"
xargs -P "$jobs" -n 1 "$work/compile" <"$work/sources"

link() {
  program=$1
  shift
  "$zig" -m ziglang c++ -target aarch64-macos.13.0 -o "$work/$program" -L"$work/lib" -lsqlite3 -lz "$@"
  case $(od -An -tx4 -N8 "$work/$program" | tr -d '\n') in
    *feedfacf*0100000c*) printf 'link_darwin: %s is a Mach-O program for arm64: linked, not run\n' "$program" ;;
    *) printf 'link_darwin: %s is no Mach-O program for arm64\n' "$program" && exit 1 ;;
  esac
}
demo() { find "$work/objects" -name '*.o' | grep -E 'examples_demo_engine'; }
# shellcheck disable=SC2046
link sweetspot $(find "$work/objects" -name '*.o' | grep -vE 'examples_demo_engine')
# shellcheck disable=SC2046
link sweetspot-demo-engine $(demo)
