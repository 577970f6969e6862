#!/usr/bin/env bash
# Train, export, quantise and judge the wound model: training/train.sh DATA OUT
set -euo pipefail
data=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
cd "$(dirname "$0")"
if [ ! -f "$out/venv/.ready" ]; then
  python3 -m venv "$out/venv"
  "$out/venv/bin/pip" install --quiet -r requirements.txt
  touch "$out/venv/.ready"
fi
python="$out/venv/bin/python"
if [ ! -d "$out/scenery" ]; then
  ./scenery.sh "$out" "$python"
fi
export PYTHONPATH=.:..
"$python" -m wound.train "$data" "$out" --scenery "$out/scenery"
"$python" -m wound.export "$out/best.pt" "$out/wound32.onnx"
"$python" -m wound.quantise "$out/wound32.onnx" "$data" "$out/split.json" "$out/wound8.onnx"
"$python" -m wound.evaluate "$out/wound32.onnx" "$data" "$out/split.json" "$out/published32"
"$python" -m wound.evaluate "$out/wound8.onnx" "$data" "$out/split.json" "$out/published"
"$python" -m wound.robustness "$out/published/wound.json" "$data" "$out/split.json"
