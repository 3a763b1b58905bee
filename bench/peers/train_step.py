#!/usr/bin/env python3
"""The peer of `fovea bench learn --rows step`: a training step as one writes it with Debian's
python3-torch (1.13), for the same network, loss and optimizer.

  train_step.py STEPS.json

STEPS.json describes the network node by node, the size of the pieces, batch, threads and count.
Prints the mean of a step in milliseconds, after some to warm up.

Tuned: channels last in memory, the optimizer's and the average's arithmetic over all tensors at
once (foreach), gradients set to None, rectifiers in place.
"""

import json
import sys
import time
from pathlib import Path

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as missing:
    sys.exit(f"the Python peer needs {missing.name}: install Debian's python3-torch "
             "('./dev bench learn' does)")

WARM_UP = 6
HARD_SHARE, HARD_LOSS, AUXILIARY_WEIGHT = 0.25, 0.357, 0.4
AVERAGE_KEEPS = 0.998


class Node(nn.Module):
    """A convolution with what follows it."""

    def __init__(self, node, channels_in):
        super().__init__()
        channels, kernel = node["channels"], node["kernel"]
        self.convolution = nn.Conv2d(channels_in, channels, kernel, node["stride"], kernel // 2,
                                     groups=channels if node["depthwise"] else 1, bias=not node["norm"])
        self.norm = nn.BatchNorm2d(channels) if node["norm"] else None
        self.relu = node["relu"]

    def forward(self, x):
        x = self.convolution(x)
        if self.norm is not None:
            x = self.norm(x)
        return F.relu_(x) if self.relu else x


class Network(nn.Module):
    def __init__(self, plan):
        super().__init__()
        self.nodes, self.outcomes = plan["nodes"], (plan["scores"], plan["auxiliary"])
        channels = [node["channels"] for node in self.nodes]
        self.layers = nn.ModuleDict({
            str(i): Node(node, 3 if node["inputs"][0] < 0 else channels[node["inputs"][0]])
            for i, node in enumerate(self.nodes) if node["op"] == "convolution"})

    def forward(self, picture):
        made = []
        for i, node in enumerate(self.nodes):
            inputs = [picture if index < 0 else made[index] for index in node["inputs"]]
            made.append(self.outcome(i, node, inputs, made))
        return [made[index] for index in self.outcomes]

    def outcome(self, i, node, inputs, made):
        op = node["op"]
        if op == "convolution":
            return self.layers[str(i)](inputs[0])
        if op == "add":
            total = inputs[0] + inputs[1]
            return F.relu_(total) if node["relu"] else total
        if op == "concat":
            return torch.cat(inputs, 1)
        if op == "average_pool":
            if node["kernel"] == 0:
                return inputs[0].mean((2, 3), keepdim=True)
            return F.avg_pool2d(inputs[0], node["kernel"], node["stride"], node["kernel"] // 2,
                                count_include_pad=False)
        size = made[node["like"]].shape[2:]
        if inputs[0].shape[2:] == size:
            return inputs[0]
        if inputs[0].shape[2:] == (1, 1):
            return inputs[0].expand(-1, -1, *size)
        return F.interpolate(inputs[0], size=size, mode="bilinear", align_corners=False)


def moved(x, along, forward):
    """Between its neighbours along a dimension, a quarter of a cell on."""
    size = x.shape[along]
    most, edge = x.narrow(along, int(forward), size - 1), x.narrow(along, size - 1 if forward else 0, 1)
    return torch.lerp(x, torch.cat([most, edge] if forward else [edge, most], along), 0.25)


def hard_pixel_loss(scores, labels):
    if scores.shape[2:] != labels.shape[1:]:
        scores = F.interpolate(scores, size=labels.shape[1:], mode="bilinear", align_corners=False)
    losses = F.cross_entropy(scores, labels, reduction="none", ignore_index=255).flatten()
    hard = losses.detach() > HARD_LOSS
    least = int(losses.numel() * HARD_SHARE)
    if int(hard.sum()) >= least:
        return losses[hard].mean()
    return losses[losses.detach().topk(least, sorted=False).indices].mean()


def loss_of(network, pixels, labels, step):
    row, column = step & 1, (step >> 1) & 1
    here = labels[:, row::2, column::2].long()
    scores, auxiliary = network(pixels)
    fine = moved(moved(scores, 2, row == 1), 3, column == 1)
    return hard_pixel_loss(fine, here) + AUXILIARY_WEIGHT * hard_pixel_loss(auxiliary, here)


def main():
    plan = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(plan["threads"])
    torch.manual_seed(1)
    network = Network(plan).to(memory_format=torch.channels_last).train()
    average = [tensor.clone() for tensor in network.state_dict().values() if tensor.is_floating_point()]
    weights = [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]
    decayed = [p for p in network.parameters() if p.dim() == 4]
    others = [p for p in network.parameters() if p.dim() != 4]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 1e-2},
                                   {"params": others, "weight_decay": 0}], lr=1e-3, foreach=True)
    classes = len(plan["network"]["classes"])
    width, height = plan["crop"]
    pixels = torch.randn(plan["batch"], height, width, 3).permute(0, 3, 1, 2)
    labels = torch.randint(classes, (plan["batch"], height, width), dtype=torch.uint8)
    begin = time.perf_counter()
    for step in range(-WARM_UP, plan["steps"]):
        if step == 0:
            begin = time.perf_counter()
        loss = loss_of(network, pixels, labels, step + WARM_UP)
        loss.backward()
        loss.item()
        nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_mul_(average, AVERAGE_KEEPS)
            torch._foreach_add_(average, weights, alpha=1 - AVERAGE_KEEPS)
    print(1000 * (time.perf_counter() - begin) / plan["steps"])


if __name__ == "__main__":
    main()
