#!/bin/sh
# train.sh [FOVEA]: makes the model that ships, from its seed: fovea-factory.onnx and its manifest
# beside this file. Takes about 75 minutes on two cores; broken off, it goes on where it was.
# The pictures are the synthetic hall's, seeds 1-1000; it is checked with 100000-100031, and
# measured (`fovea bench learn --rows shipped`) with others.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
fovea=${1:-$here/../../build/release/bin/fovea}
work=$here/../../build/fovea-factory
pieces=$work/pieces
whole=$work/whole

# train FOLDER OPTION...: the training in FOLDER, from where it is to its end.
train() {
  folder=$1
  shift
  if [ -e "$folder/last.safetensors" ]; then
    "$fovea" train --resume "$folder"
  else
    "$fovea" train --output "$folder" --name fovea-factory --version 1 --licence Apache-2.0 \
      --data synthetic:1-1000 --validation synthetic:100000-100031 --colour-change 2 "$@"
  fi
  # One that was stopped ends well, too.
  tail -n 1 "$folder/events.jsonl" | grep -q '"event":"done".*"share":1.0' || exit 1
}

# From nothing, by pieces at many scales; then by whole pictures near their own scale.
train "$pieces" --seed 7 --width 0.75 --crop 384x224 --batch 12 --steps 9000 \
  --scale-least 0.6 --scale-most 1.6
train "$whole" --seed 8 --start "$pieces/best.safetensors" --crop 640x352 --batch 5 --steps 3000 \
  --learning-rate 0.0015 --scale-least 0.75 --scale-most 1.35
cp "$whole/model/fovea-factory.onnx" "$whole/model/fovea-factory.manifest.json" "$here"
