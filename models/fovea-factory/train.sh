#!/bin/sh
# train.sh [FOVEA]: makes the model that ships, from its seed: fovea-factory.onnx and its manifest
# beside this file. Takes about 40 minutes on two cores; broken off, it goes on where it was.
# The pictures are the synthetic hall's, seeds 1-1000; it is checked with 100000-100031, and
# measured (`fovea bench learn --rows shipped`) with others.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
fovea=${1:-$here/../../build/release/bin/fovea}
work=$here/../../build/fovea-factory

if [ -e "$work/last.safetensors" ]; then
  "$fovea" train --resume "$work"
else
  "$fovea" train --output "$work" \
    --name fovea-factory --version 1 --licence Apache-2.0 \
    --data synthetic:1-1000 --validation synthetic:100000-100031 \
    --width 0.75 --crop 384x224 --batch 12 --steps 9000 --seed 7 \
    --scale-least 0.6 --scale-most 1.6 --colour-change 2
fi
cp "$work/model/fovea-factory.onnx" "$work/model/fovea-factory.manifest.json" "$here"
