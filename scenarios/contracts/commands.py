"""Command lines of every kind and how each ends: its status, and which channel says what.

{made} stands for the folder of the made files, {bin} for a scratch folder, {port} for a port that
somebody else listens on. None starts the trainer: it has the lowest priority, so beside other tests
it may take minutes to say what is wrong.
"""
import json
import re
import shlex
import socket
import sqlite3
import subprocess

from PIL import Image

import shapes

HELP = ["", "demo", "site", "camera", "camera probe", "infer", "train", "evaluate", "model",
        "model list", "model get", "model verify", "model inspect", "model package", "model key",
        "model sign", "device", "device add", "device remove", "device list", "user", "user add",
        "user remove", "user password", "user role", "user list", "user token", "user token add",
        "user token remove", "user token list", "bench", "bench pipeline", "bench crowd",
        "bench gating", "bench camera", "bench viewers", "bench learn"]
# In this order: some find what those before have made.
LINES = """
--version
nonsense
--nonsense
site --nonsense
site --config {bin}/none.yaml --check
site --config {bin}/wrong.yaml --check
site --config {bin}/wrong.yaml
site --config {bin}/unset.yaml --check
site --config {bin}/good.yaml --check
site --check
site --site 'a b' --check
site --listen 8080
site --listen 0.0.0.0:0
site --listen 127.0.0.1:{port} --state {bin}/busy
site --tls-cert {bin}/none.pem --listen 127.0.0.1:0
site --tls-self-signed --tls-cert {bin}/a.pem --tls-key {bin}/a.pem
site --camera nonsense
site --camera a=nonsense:1
site --camera a=synthetic:1 --camera a=synthetic:2
site --bus pigeon://somewhere
site --bus nats://192.0.2.10:4222 --check
site --bus nats://me:planted@192.0.2.10:4222 --check
site --bus tls://me:planted@192.0.2.10:4222 --check
site --bus nats://127.0.0.1:4222 --check
site --config {bin}/good.yaml --state {bin}/state --diagnose
site --state {bin}/newer
site --log-level loud
demo --scene nowhere
demo --camera nonsense
camera
camera --source synthetic:1
camera --source synthetic:1 --bus memory://
camera --source nonsense:1 --bus nats://127.0.0.1:1
camera --source synthetic:1 --bus nats://127.0.0.1:1 --device 'a b'
camera --source synthetic:1 --bus nats://127.0.0.1:1 --quality 101
camera --source synthetic:1 --bus nats://127.0.0.1:1 --fps 5000
camera --source synthetic:1 --bus nats://127.0.0.1:1 --codec png
camera --source folder:{bin}/none --bus nats://127.0.0.1:1 --once
camera --config {bin}/none.yaml
camera --config {bin}/wrong.yaml
camera --config {bin}/good.yaml --fps 5
camera probe synthetic:1
camera probe synthetic:1 --json
camera probe folder:{bin}/none
camera probe folder:{bin}/none --json
camera probe rtsp://127.0.0.1:1/none --timeout 5
camera probe nonsense
infer --model {made}/tiny --output {bin}/out {bin}/a.png
infer --model {made}/tiny --output {bin}/out --json {bin}/a.png
infer --model {made}/tiny --output {bin}/out {bin}/broken.png
infer --model {made}/tiny --output {bin}/out {bin}/none.png
infer --model nonsense --output {bin}/out {bin}/a.png
infer --model {bin}/broken.onnx --output {bin}/out {bin}/a.png
infer --model {made}/tiny {bin}/a.png
evaluate --model {made}/tiny --data folder:{bin}/data --json
evaluate --model {made}/tiny --data folder:{bin}/data
evaluate --model {made}/tiny --data folder:{bin}/none
evaluate --model {made}/tiny --data nonsense
train --output {bin}/trained
train --resume {bin}/none
model list
model list --json
model get nonsense
model verify {made}/tiny
model verify {made}/tiny --json
model verify {made}/tiny --key {made}/signer.pub
model verify {made}/tiny --key {made}/signer.pub --json
model verify {bin}/none
model inspect {made}/tiny/tiny.onnx
model inspect {bin}/broken.onnx
model package {made}/tiny --output {bin}/packed
model package {made}/tiny --output {bin}/packed
model key {bin}/key
model key {bin}/key
model verify {made}/tiny --key {bin}/key.pub
model sign {bin}/packed --key {bin}/key
model sign {bin}/packed --key {bin}/none
model sign {bin}/none --key {bin}/key
device
device add --state {bin}/state
device add yard --state {bin}/state
device add yard --for-site --state {bin}/state
device add 'a b' --state {bin}/state
device add yard-main --state {bin}/state
device add gate --server http://127.0.0.1 --state {bin}/state
device list --state {bin}/state
device list --json --state {bin}/state
device remove nobody --state {bin}/state
device remove yard --state {bin}/state
user
user add anna --role admin --password-stdin --state {bin}/state
user add anna --role admin --password-stdin --state {bin}/state
user add wall --role nobody --password-stdin --state {bin}/state
user add 'a b' --password-stdin --state {bin}/state
user password anna --password-stdin --state {bin}/state
user password nobody --password-stdin --state {bin}/state
user role anna --role view --state {bin}/state
user role nobody --role view --state {bin}/state
user list --state {bin}/state
user list --json --state {bin}/state
user token add probe --state {bin}/state
user token add probe --state {bin}/state
user token list --state {bin}/state
user token list --json --state {bin}/state
user token remove probe --state {bin}/state
user token remove probe --state {bin}/state
user remove anna --state {bin}/state
user remove anna --state {bin}/state
bench
bench nonsense
bench gating --nonsense
""".strip().splitlines()


def prepare(folder):
    Image.new("RGB", (8, 6), (200, 30, 20)).save(folder / "a.png")
    (folder / "broken.png").write_bytes(b"\x89PNG cut off")
    (folder / "broken.onnx").write_bytes(b"no model")
    (folder / "wrong.yaml").write_text("site: plant\nlisen: x\n")
    (folder / "unset.yaml").write_text("bus: nats://${FOVEA_NOT_SET}@127.0.0.1\n")
    (folder / "good.yaml").write_text("site: plant\ncameras:\n- {name: a, source: 'synthetic:1'}\n")
    data = folder / "data"
    data.mkdir()
    Image.new("RGB", (8, 6), (200, 30, 20)).save(data / "a.jpg")
    Image.new("L", (8, 6), 0).save(data / "a.mask.png")
    (data / "classes.yaml").write_text("classes:\n" + "".join(
        f"- {{name: class {number}}}\n" for number in range(4)))
    newer = folder / "newer"
    newer.mkdir(mode=0o700)
    sqlite3.connect(newer / "site.db").execute("PRAGMA user_version = 1000").connection.close()


def look_of(text):
    """Nothing, a sentence, text, or the shape of one JSON document."""
    if not text.strip():
        return "nothing"
    try:
        return shapes.of(json.loads(text))
    except ValueError:
        return "a sentence" if text.strip().count("\n") == 0 else "text"


def run_all(fovea, made, folder, environment):
    """{line: how it ends}: status, stdout, and stderr where that is for people to act on."""
    prepare(folder)
    ends = {}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = {"made": made, "bin": folder, "port": taken.getsockname()[1]}
        for line in LINES:
            done = subprocess.run([fovea, *(word.format(**words) for word in shlex.split(line))],
                                  capture_output=True, text=True, timeout=60, env=environment,
                                  input="correct horse battery\n")
            end = {"status": done.returncode, "stdout": look_of(done.stdout)}
            if done.returncode:
                end["stderr"] = look_of(done.stderr)
            again = line
            while again in ends:
                again += " (again)"
            ends[again] = end
    return ends


def options_of(fovea, environment):
    """{command: its options and commands}, as --help names them on stdout, with status 0."""
    found = {}
    for command in HELP:
        done = subprocess.run([fovea, *command.split(), "--help"], capture_output=True, text=True,
                              timeout=20, env=environment)
        assert done.returncode == 0 and not done.stderr, f"{command} --help: {done.stderr}"
        listed = re.findall(r"^  ((?:-\w,)?--[a-z-]+|[a-z]+)(?: |$)",
                            done.stdout.split("Examples:")[0], re.MULTILINE)
        found[f"{command} --help".strip()] = sorted({
            name for group in listed for name in group.split(",")})
    return found
