"""export_test.py FOLDER: compares what Torch made of a picture (torch.safetensors: picture, scores) with
what ONNX Runtime and OpenVINO make of it with whole.onnx and half.onnx; onnx.checker looks at both."""

import json
import struct
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
import openvino

# The whole one is to be the same; weights of 16 bit have 11 bits of precision, which adds up over some
# fifty layers: a share of the largest score.
TOLERANCE = 1e-3
HALF_SHARE = 2e-2


def read_tensors(path: Path) -> dict[str, numpy.ndarray]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = numpy.frombuffer(data[begin:end], numpy.float32).reshape(entry["shape"])
    return tensors


def main() -> None:
    folder = Path(sys.argv[1])
    truth = read_tensors(folder / "torch.safetensors")
    largest = numpy.abs(truth["scores"]).max()
    for name, tolerance in (("whole.onnx", TOLERANCE), ("half.onnx", HALF_SHARE * largest)):
        path = folder / name
        onnx.checker.check_model(onnx.load(path), full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (runtime,) = session.run(None, {"picture": truth["picture"]})
        hint = {"INFERENCE_PRECISION_HINT": "f32"}
        compiled = openvino.Core().compile_model(path, "CPU", hint)
        vino = compiled([truth["picture"]])[0]
        for engine, scores in (("ONNX Runtime", runtime), ("OpenVINO", vino)):
            difference = numpy.abs(scores - truth["scores"]).max()
            print(f"{name}, {engine}: {difference:.2e} of {largest:.2f}")
            assert scores.shape == truth["scores"].shape, (scores.shape, truth["scores"].shape)
            assert difference <= tolerance, f"{name}: {engine} differs from Torch by {difference}"


if __name__ == "__main__":
    main()
