"""What Fovea's results are held against: OpenVINO's own Python with its PrePostProcessor, and the
decoding that YOLOX publishes (demo/ONNXRuntime and yolox/utils/demo_utils.py), in numpy."""
import cv2
import numpy as np
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor, ResizeAlgorithm


def deeplab(path, precision="f32"):
    """A function from an RGB picture to the class map, stretch-bilinear, by PrePostProcessor."""
    core = ov.Core()
    model = core.read_model(path)
    steps = PrePostProcessor(model)
    tensor = steps.input().tensor()
    tensor.set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(ColorFormat.RGB)
    tensor.set_spatial_dynamic_shape()
    steps.input().model().set_layout(ov.Layout("NHWC"))
    steps.input().preprocess().resize(ResizeAlgorithm.RESIZE_LINEAR)
    config = {"PERFORMANCE_HINT": "LATENCY"}
    if precision:
        config["INFERENCE_PRECISION_HINT"] = precision
    compiled = core.compile_model(steps.build(), "CPU", config)
    return lambda picture: compiled(picture[None])[0][0].astype(np.uint8)


def nearest(class_map, width, height):
    """The class map at the size of its picture."""
    rows = ((np.arange(height) + 0.5) * class_map.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * class_map.shape[1] / width).astype(int)
    return class_map[rows[:, None], columns[None, :]]


def nms(boxes, scores, threshold):
    x1, y1, x2, y2 = boxes.T
    areas = (x2 - x1 + 1) * (y2 - y1 + 1)
    order = scores.argsort()[::-1]
    keep = []
    while order.size > 0:
        i = order[0]
        keep.append(i)
        width = np.maximum(0.0, np.minimum(x2[i], x2[order[1:]]) - np.maximum(x1[i], x1[order[1:]]) + 1)
        height = np.maximum(0.0, np.minimum(y2[i], y2[order[1:]]) - np.maximum(y1[i], y1[order[1:]]) + 1)
        inter = width * height
        order = order[np.where(inter / (areas[i] + areas[order[1:]] - inter) <= threshold)[0] + 1]
    return keep


def yolox(path, bgr, score_min, precision="f32", size=416):
    """A list of (class index, score, [x1, y1, x2, y2]) in pixels of the picture."""
    ratio = min(size / bgr.shape[0], size / bgr.shape[1])
    padded = np.full((size, size, 3), 114, np.uint8)
    small = cv2.resize(bgr, (int(bgr.shape[1] * ratio), int(bgr.shape[0] * ratio)),
                       interpolation=cv2.INTER_LINEAR)
    padded[:small.shape[0], :small.shape[1]] = small
    config = {"INFERENCE_PRECISION_HINT": precision} if precision else {}
    compiled = ov.Core().compile_model(path, "CPU", config)
    output = compiled(padded.transpose(2, 0, 1)[None].astype(np.float32))[0][0].copy()
    grids, strides = [], []
    for stride in (8, 16, 32):
        side = size // stride
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        grids.append(np.stack((x, y), 2).reshape(-1, 2))
        strides.append(np.full((side * side, 1), stride))
    grids, strides = np.concatenate(grids), np.concatenate(strides)
    centres = (output[:, :2] + grids) * strides
    sizes = np.exp(output[:, 2:4]) * strides
    boxes = np.concatenate((centres - sizes / 2, centres + sizes / 2), 1) / ratio
    scores = output[:, 4:5] * output[:, 5:]
    found = []
    for index in range(scores.shape[1]):
        chosen = scores[:, index] > score_min
        for kept in nms(boxes[chosen], scores[chosen, index], 0.45):
            found.append((index, scores[chosen, index][kept], boxes[chosen][kept]))
    return sorted(found, key=lambda each: -each[1])
