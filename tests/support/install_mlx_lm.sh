#!/bin/sh
# usage: install_mlx_lm.sh FOLDER [MODELS]
# Puts mlx_lm.server into a Python environment of its own under FOLDER, started by FOLDER/bin/mlx_lm.server, and, from MODELS/target
# and MODELS/draft (Hugging Face form), models in 32-bit floats under FOLDER/models: on a Linux processor MLX's kernels for other
# weights are several times slower. There OpenBLAS is unpacked beside it, too. Needs no root; the system stays as it is. About
# two minutes and 450 MB. Safe to run again: what is complete is left alone.
set -eu

folder=${1:?usage: install_mlx_lm.sh FOLDER [MODELS]}
models=${2:-}
mkdir -p "$folder/bin" "$folder/models" "$folder/hf/hub" "$folder/tmp"
folder=$(CDPATH='' cd -- "$folder" && pwd)
log=$folder/install.log
fail() {
  tail -n 5 "$log" >&2 || true
  echo "install_mlx_lm: $1 (whole log: $log)" >&2
  exit 1
}

mlx=mlx
[ "$(uname)" = Darwin ] || mlx='mlx[cpu]'
if [ ! -x "$folder/venv/bin/mlx_lm.server" ]; then
  rm -rf "$folder/venv"
  { python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q --disable-pip-version-check "$mlx==0.32.4" 'mlx-lm==0.32.2'; } \
    >"$log" 2>&1 || fail "pip could not install mlx-lm"
fi

preload=
if command -v apt-get >/dev/null 2>&1; then
  if [ ! -e "$folder/openblas/complete" ]; then
    rm -rf "$folder/openblas"
    mkdir -p "$folder/openblas/download"
    (cd "$folder/openblas/download" && apt-get -q -o APT::Sandbox::User=root download libopenblas0-pthread libgfortran5 libquadmath0) >"$log" 2>&1 ||
      (cd "$folder/openblas/download" && apt-get -q -o APT::Sandbox::User=root download libopenblas0-pthread libgfortran5) >"$log" 2>&1 ||
      echo "install_mlx_lm: no OpenBLAS: the server runs, but slowly" >&2
    for archive in "$folder"/openblas/download/*.deb; do [ ! -e "$archive" ] || dpkg-deb -x "$archive" "$folder/openblas"; done
    rm -rf "$folder/openblas/download"
    : >"$folder/openblas/complete"
  fi
  preload=$(find "$folder/openblas" -name 'libopenblas.so.0' | head -n 1)
fi

for tool in mlx_lm mlx_lm.server mlx_lm.convert; do
  {
    echo '#!/bin/sh'
    printf 'export HF_HOME="%s" HF_HUB_OFFLINE=1 TMPDIR="${TMPDIR:-%s}"\n' "$folder/hf" "$folder/tmp"
    [ -z "$preload" ] || printf 'export LD_LIBRARY_PATH="%s" LD_PRELOAD="%s"\n' "$(dirname "$(dirname "$preload")")" "$preload"
    printf 'exec "%s" "$@"\n' "$folder/venv/bin/$tool"
  } >"$folder/bin/$tool.new"
  chmod +x "$folder/bin/$tool.new"
  mv "$folder/bin/$tool.new" "$folder/bin/$tool"
done

for model in target draft; do
  [ -n "$models" ] && [ -f "$models/$model/config.json" ] && [ ! -d "$folder/models/$model" ] || continue
  "$folder/bin/mlx_lm.convert" --hf-path "$models/$model" --mlx-path "$folder/models/$model" --dtype float32 >"$log" 2>&1 ||
    fail "$models/$model could not be converted"
done
"$folder/bin/mlx_lm" --version >&2
