#!/usr/bin/env python3
"""Writes the tiny models beside this file: the runtimes' conformance suite runs them.

The protocol buffers of ONNX and TensorFlow are written by hand (a dozen fields), so that no
package is needed. Run it again after a change; the files are checked in (all below 1 KiB).
"""
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
FLOAT, UINT8, INT64 = 1, 2, 7  # onnx.TensorProto.DataType


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


# --- ONNX (onnx.proto3) ---


def value_info(name, kind, shape):
    dims = b"".join(
        block(1, number(1, side) if isinstance(side, int) else block(2, side)) for side in shape)
    return block(1, name) + block(2, block(1, number(1, kind) + block(2, dims)))


def tensor(name, shape, floats):
    dims = b"".join(number(1, side) for side in shape)
    return dims + number(2, FLOAT) + block(8, name) + block(9, struct.pack(f"<{len(floats)}f", *floats))


def integer(name, value):
    return block(1, name) + number(3, value) + number(20, 2)


def integers(name, values):
    return block(1, name) + b"".join(number(8, value) for value in values) + number(20, 7)


def node(kind, inputs, outputs, *attributes):
    return (b"".join(block(1, name) for name in inputs) + b"".join(block(2, name) for name in outputs) +
            block(4, kind) + b"".join(block(5, attribute) for attribute in attributes))


def onnx(file, nodes, inputs, outputs, tensors=()):
    graph = (b"".join(block(1, each) for each in nodes) + block(2, "tiny") +
             b"".join(block(5, each) for each in tensors) +
             b"".join(block(11, value_info(*each)) for each in inputs) +
             b"".join(block(12, value_info(*each)) for each in outputs))
    (HERE / file).write_bytes(number(1, 8) + block(7, graph) + block(8, number(2, 13)))


def identity(file, kind, shape):
    onnx(file, [node("Identity", ["in"], ["out"])], [("in", kind, shape)], [("out", kind, shape)])


# Four classes from a pixel: its red, green and blue (0..255), and a constant 100; each by 0.05.
WEIGHTS = tensor("weights", [4, 3, 1, 1], [0.05, 0, 0, 0, 0.05, 0, 0, 0, 0.05, 0, 0, 0])
BIAS = tensor("bias", [4], [0, 0, 0, 5])
COLOURS = node("Conv", ["in", "weights", "bias"], ["scores"], integers("kernel_shape", [1, 1]))
PICTURE = [("in", FLOAT, [1, 3, 6, 8])]


def colours(file, nodes, output):
    onnx(file, [COLOURS] + nodes, PICTURE, [output], [WEIGHTS, BIAS])


# --- TensorFlow (graph.proto, saved_model.proto) ---


def tf_attribute(name, value):
    return block(5, block(1, name) + block(2, value))


def tf_shape(shape):
    return b"".join(block(2, number(1, side)) for side in shape)


def tf_graph(shape):
    kind = number(6, 1)  # DT_FLOAT
    placeholder = (block(1, "in") + block(2, "Placeholder") + tf_attribute("dtype", kind) +
                   tf_attribute("shape", block(7, tf_shape(shape))))
    out = block(1, "out") + block(2, "Relu") + block(3, "in") + tf_attribute("T", kind)
    return block(1, placeholder) + block(1, out) + block(4, number(1, 27))


def tf_saved_model(folder, shape):
    def tensor_info(name):
        return block(1, name) + number(2, 1) + block(3, tf_shape(shape))

    def entry(field, key, value):
        return block(field, block(1, key) + block(2, value))

    signature = (entry(1, "in", tensor_info("in:0")) + entry(2, "out", tensor_info("out:0")) +
                 block(3, "tensorflow/serving/predict"))
    meta = (block(1, block(4, "serve")) + block(2, tf_graph(shape)) +
            entry(5, "serving_default", signature))
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / "saved_model.pb").write_bytes(number(1, 1) + block(2, meta))


identity("identity_nchw.onnx", FLOAT, [1, 3, 6, 8])
identity("identity_nhwc.onnx", FLOAT, [1, 6, 8, 3])
identity("identity_u8.onnx", UINT8, [1, 6, 8, 3])
identity("open_size.onnx", FLOAT, ["batch", 3, "height", "width"])
colours("logits_nchw.onnx", [], ("scores", FLOAT, [1, 4, 6, 8]))
colours("logits_nhwc.onnx", [node("Transpose", ["scores"], ["out"], integers("perm", [0, 2, 3, 1]))],
        ("out", FLOAT, [1, 6, 8, 4]))
colours("softmax_nchw.onnx", [node("Softmax", ["scores"], ["out"], integer("axis", 1))],
        ("out", FLOAT, [1, 4, 6, 8]))
HALVE = node("AveragePool", ["scores"], ["coarse"], integers("kernel_shape", [2, 2]),
             integers("strides", [2, 2]))
colours("coarse_nchw.onnx", [HALVE], ("coarse", FLOAT, [1, 4, 3, 4]))
colours("coarse_nhwc.onnx",
        [HALVE, node("Transpose", ["coarse"], ["out"], integers("perm", [0, 2, 3, 1]))],
        ("out", FLOAT, [1, 3, 4, 4]))
colours("class_map.onnx",
        [node("ArgMax", ["scores"], ["out"], integer("axis", 1), integer("keepdims", 0))],
        ("out", INT64, [1, 6, 8]))
(HERE / "frozen.pb").write_bytes(tf_graph([1, 6, 8, 3]))
tf_saved_model("saved_model", [1, 6, 8, 3])
