#!/bin/sh
# usage: install_llama_server.sh FOLDER
# Puts a current llama-server on a Debian machine whose own release is too old to have one: the packages of Debian unstable
# are unpacked under FOLDER with their own C library, and FOLDER/bin/llama-server starts it. llama-perplexity comes beside it
# where the mirror has it. Needs no root; the system stays as it is. Safe to run again: a complete FOLDER is left alone.
set -eu

folder=${1:?usage: install_llama_server.sh FOLDER}
[ ! -x "$folder/bin/llama-server" ] || exit 0
command -v apt-get >/dev/null 2>&1 || { echo "install_llama_server: no apt-get here; install llama.cpp by hand" >&2; exit 1; }

rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/tree" "$folder/bin"
folder=$(CDPATH='' cd -- "$folder" && pwd)
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2>/dev/null | head -n 1)
[ -n "$mirror" ] || { echo "install_llama_server: apt knows no Debian mirror; run apt-get update first" >&2; exit 1; }

# A private apt that thinks that nothing is installed, so that the C library comes along.
: >"$folder/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$folder/apt/sources.list"
apt_beside() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -o APT::Sandbox::User=root -o APT::Install-Recommends=false \
    -o Dir::Etc::SourceList="$folder/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State="$folder/apt" -o Dir::State::Lists="$folder/apt/lists" -o Dir::State::status="$folder/apt/status" \
    -o Dir::Cache="$folder/apt" -o Dir::Cache::Archives="$folder/apt/archives" -o Debug::NoLocking=true "$@"
}
log=$folder/install.log
{ apt_beside update && apt_beside install -y --download-only llama.cpp-tools; } >"$log" 2>&1 ||
  { tail -n 5 "$log" >&2; echo "install_llama_server: the packages could not be fetched (whole log: $log)" >&2; exit 1; }
apt_beside install -y --download-only llama.cpp-tools llama.cpp-tools-extra >>"$log" 2>&1 ||
  echo "install_llama_server: no llama-perplexity: llama.cpp-tools-extra could not be fetched" >&2

# Directories that are links in a merged system must be links before the first package is unpacked.
for name in bin sbin lib lib64; do mkdir -p "$folder/tree/usr/$name" && ln -s "usr/$name" "$folder/tree/$name"; done
for archive in "$folder"/apt/archives/*.deb; do dpkg-deb --fsys-tarfile "$archive" | tar -x -f - -C "$folder/tree" --keep-directory-symlink; done
rm -rf "$folder/apt"

# ggml looks for its processor backends beside the running program, which is the dynamic loader here.
loader=$(find "$folder/tree/usr/lib" "$folder/tree/usr/lib64" -name 'ld-linux*.so*' -type f | head -n 1)
[ -n "$loader" ] || { echo "install_llama_server: no dynamic loader among the packages" >&2; exit 1; }
libraries=$(dirname "$(find "$folder/tree/usr/lib" -name 'libc.so.6' | head -n 1)")
find "$libraries/ggml" -name 'libggml-*.so' -exec ln -sf {} "$(dirname "$loader")/" \;

# PROGRAM of the packages as FOLDER/bin/PROGRAM, once it has shown that it starts.
launcher() {
  program=$(find "$folder/tree/usr/bin" -name "$1" | head -n 1)
  [ -n "$program" ] || return 1
  printf '#!/bin/sh\nexec "%s" --library-path "%s:%s/llama" "%s" "$@"\n' "$loader" "$libraries" "$libraries" "$program" >"$folder/bin/$1.new"
  chmod +x "$folder/bin/$1.new"
  "$folder/bin/$1.new" --version >&2 && mv "$folder/bin/$1.new" "$folder/bin/$1"
}
launcher llama-perplexity || rm -f "$folder/bin/llama-perplexity.new"
# Last: with it the folder is complete.
launcher llama-server || { echo "install_llama_server: the packages hold no llama-server that starts" >&2; exit 1; }
