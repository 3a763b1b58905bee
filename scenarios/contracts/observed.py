"""A site that has met everything: cameras of its own and over a real nats-server, models, rules,
alerts, a webhook, viewers, strangers, a broker that dies. What is seen of it is gathered as shapes
(shapes.py): make.py writes it down, contracts_test.py holds a program of today against that.
"""
import json
import pathlib
import re
import shutil
import subprocess
import time
import urllib.request

from PIL import Image

import client
import ear
import hook
import plant
import shapes
import viewer
import world

MADE = pathlib.Path(__file__).parent / "2b05a26"
PASSWORD = "correct horse battery"
EVERYWHERE = "[[0, 0], [1, 0], [1, 1], [0, 1]]"
# How the document of a route is found; devices stand for all of their kinds.
ANSWERS = {
    "/healthz": ["/healthz"], "/readyz": ["/readyz"], "/api/v1/site": ["/api/v1/site"],
    "/api/v1/devices": ["/api/v1/devices"],
    "/api/v1/devices/{id}": [f"/api/v1/devices/{id}" for id in ("hall", "still", "film", "street", "robot")],
    "/api/v1/devices/{id}/result": ["/api/v1/devices/hall/result", "/api/v1/devices/still/result"],
    "/api/v1/models": ["/api/v1/models"], "/api/v1/events": ["/api/v1/events"],
    "/api/v1/rules": ["/api/v1/rules"], "/api/v1/users": ["/api/v1/users"],
    "/api/v1/cameras": ["/api/v1/cameras"], "/api/v1/system": ["/api/v1/system"],
    "/api/v1/session": ["/api/v1/session"], "/api/v1/sessions": ["/api/v1/sessions"],
    "a problem": ["/api/v1/nothing", "/api/v1/devices/nobody"],
}
# Labels whose values come from the site's own names or from measuring; the others hold fixed words.
OPEN_LABELS = {"device", "webhook", "le"}


def families(text):
    """{metric: {"type", "labels", "words" of each label}} of Prometheus' text format."""
    found = {name: {"type": kind, "labels": {}}
             for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        family = name if name in found else re.sub(r"_(bucket|sum|count)$", "", name)
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
            words = found[family]["labels"].setdefault(label, {})
            if label not in OPEN_LABELS:
                words[value] = "there"
    return found


def draw(file):
    """A picture of two colours, without loss."""
    picture = Image.new("RGB", (64, 48), (200, 30, 20))
    picture.paste((10, 220, 30), (32, 0, 64, 48))
    picture.save(file)


def draw_film(file):
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=5", "-t",
                    "2", "-pix_fmt", "yuv420p", "-bf", "0", file], check=True)


def knows(test, lines):
    """Whether this program takes such a configuration: keys that are newer than 2b05a26."""
    file = test.folder / "newer.yaml"
    file.write_text(lines)
    return subprocess.run([test.fovea, "site", "--config", file, "--check"], capture_output=True,
                          env=test.environment).returncode == 0


def results_of(test, device):
    """The lines with which a site takes a device's own results, as 2b05a26 always did."""
    lines = f"devices: {{{device}: {{results_from: device}}}}\n"
    return lines if knows(test, lines) else ""


class Observed(plant.Plant):
    """begin() first, then act(); then look() as often as it takes for `seen` to hold what is wanted."""

    def begin(self):
        self.without_models()
        self.make_files()
        self.make_broker().start()
        self.environment |= {"NATS_PORT": str(self.broker.port), "FILM": str(self.film)}
        self.ear = ear.Ear(self, self.bus, "plant")
        self.hook = hook.Hook(self)
        self.add_users()
        self.start("camera", "--config", MADE / "cameras.yaml")
        world.wait_for("frames that are no key frames", lambda: "frame h264 delta" in self.ear.events)
        self.process = self.start_site("--config", self.write_config(), "--state", self.state)
        self.client = client.signed_in(self.site, "anna", PASSWORD)
        self.seen, self.puts = {}, 0

    def make_files(self):
        pictures = self.folder / "pictures"
        pictures.mkdir()
        draw(pictures / "a.png")
        (pictures / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
        self.film = self.folder / "film.mp4"
        draw_film(self.film)
        (self.folder / "broken.onnx").write_bytes(b"no model")

    def add_users(self):
        self.state = self.folder / "site-state"
        for user, role in (("anna", "admin"), ("wall", "view")):
            subprocess.run([self.fovea, "user", "add", user, "--role", role, "--state", self.state,
                            "--password-stdin"], input=PASSWORD + "\n", text=True, check=True,
                           env=self.environment)

    def write_config(self):
        file = self.folder / "site.yaml"
        file.write_text(f"""
site: plant
sign_in: always
bus: {self.bus}
model: {MADE / 'tiny'}
models: [{self.folder / 'broken.onnx'}]
engine: {{cache_dir: {self.folder / 'broken.onnx'}}}
webhooks:
  ops: {{url: 'http://127.0.0.1:{self.hook.server_port}/hook', secret: {hook.SECRET_TEXT}}}
  away: {{url: 'http://127.0.0.1:{self.hook.server_port}/refused', secret: {hook.SECRET_TEXT}}}
rules:
  - name: seen
    device: robot
    operators:
      - zone: {{polygon: {EVERYWHERE}, label: person}}
      - threshold: {{above: 0}}
      - dedupe: {{within_s: 0.001}}
    sinks: [timeline, bus, ops, away]
  - {{name: gone, device: gate, operators: [{{away: {{for_s: 1}}}}]}}
cameras:
  - {{name: hall, source: 'synthetic:1', publish_truth: true, size: 160x90, fps: 5}}
  - {{name: still, source: 'folder:{self.folder / 'pictures'}', fps: 5}}
  - {{name: film, source: 'file:{self.film}'}}
{results_of(self, "robot")}""")
        return file

    def act(self):
        """Once: what people, strangers and devices do."""
        world.wait_for("the cameras", lambda: {"hall", "still", "film", "gate", "street"} <= {
            device["id"] for device in self.client.json("/api/v1/devices")["devices"]})
        self.viewer = viewer.Viewer(self, self.site, {"Cookie": self.client.headers["Cookie"]},
                                    ["hall", "still", "gate", "street", "street-main"])
        anonymous = client.Client(self.site)
        assert client.signed_in(self.site, "anna", "wrong " + PASSWORD) == 401
        assert anonymous.status("GET", "/api/v1/devices") == 401
        assert self.client.status("GET", "/devices/street/frame.jpg?overlay=1") in (200, 404)
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            assert self.client.call("GET", "/api/v1/site", headers=headers)[0] >= 400
        self.client.call("PATCH", "/api/v1/devices/robot", {"model": str(self.folder / "broken.onnx")})
        self.client.call("PATCH", "/api/v1/devices/film", {"name": "Film", "weight": 2, "fps_max": 4})
        self.client.call("POST", "/api/v1/cameras", {"name": "yard", "source": "rtsp://127.0.0.1:1/x"})
        for kind in ("frame", "mask", "result", "status"):
            self.ear.publish("robot", kind, b"nonsense")
            self.ear.publish("robot", kind, b"nonsense", self.headers("robot", kind, 1))
        self.publish_results(1)
        self.publish_delta("lens")
        self.watch("/devices/hall/video.mjpg?overlay=1")
        self.watch("/devices/street/video.mjpg")

    def publish_delta(self, device):
        """A frame whose forerunner nobody has: the site asks for a key frame."""
        event = self.ear.events["frame h264 delta"]
        headers = event["headers"] | {"ce-source": f"/plant/{device}", "ce-time": ear.now()}
        self.ear.publish(device, "frame", ear.payload_of(event), headers)

    def check_every_key(self):
        """What `--check` prints of site.yaml."""
        folder = self.folder / "every-key"
        folder.mkdir()
        shutil.copy(EVERY_KEY, folder)
        secret = folder / "hook-secret"
        secret.write_text(hook.SECRET_TEXT)
        secret.chmod(0o600)
        done = subprocess.run([self.fovea, "site", "--config", "site.yaml", "--check"], cwd=folder,
                              env=self.environment | SECRETS, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    @staticmethod
    def headers(device, kind, number):
        return {"ce-specversion": "1.0", "ce-id": f"{kind}-{number}", "ce-producer": "device",
                "ce-source": f"/plant/{device}", "ce-type": f"fovea.{kind}.v1",
                "ce-time": ear.now(), "ce-frameseq": str(number),
                "content-type": "application/json"}

    def publish_results(self, first):
        """A device's own results, by a stranger's client: somebody is there in two of three."""
        for number in range(first, first + 6):
            headers = self.headers("robot", "result", number)
            box = {"label": "person", "score": 0.9, "box": [10, 10, 20, 20]}
            steps = ["capture", "encode", "bus", "wait", "decode", "infer", "encode_mask"]
            result = {"site": "plant", "device": "robot", "frameseq": number,
                      "captured": headers["ce-time"],
                      "model": {"name": "own", "version": "1"}, "inferred": True, "width": 64,
                      "height": 48, "classes": [], "boxes": [box] if number % 3 else [],
                      "timings_ms": dict.fromkeys(steps, 0)}
            self.ear.publish("robot", "result", json.dumps(result).encode(), headers)
            time.sleep(0.05)  # captured one after the other

    def watch(self, path):
        """The first bytes of a stream without end."""
        request = urllib.request.Request(self.site + path, headers=self.client.headers)
        with urllib.request.urlopen(request, timeout=20) as stream:
            assert stream.read(1000)

    def lose_the_broker(self):
        self.broker.kill()
        world.wait_for("its loss", lambda: self.client.json("/api/v1/site")["bus"]["state"]
                       == "reconnecting")
        self.broker.start()
        world.wait_for("its return", lambda: self.client.json("/api/v1/site")["bus"]["state"]
                       == "connected")

    def put_rule(self):
        """People are always in the hall, so it is raised at once, and changed again raised again:
        where much else runs, an alert may find its picture gone."""
        self.puts += 1
        self.client.call("PUT", "/api/v1/rules/page", {
            "device": "hall", "operators": [
                {"zone": {"polygon": json.loads(EVERYWHERE), "label": "person"}},
                {"threshold": {"above": self.puts / 1e6}}]})

    def look(self):
        """Adds what is to be seen now to `seen`."""
        if not self.viewer.has_seen_a_picture():
            self.put_rule()
        now = {"answers": {}, "metrics": families(self.client.call("GET", "/metrics")[2]),
               "events": dict(self.ear.looks),
               "live": dict(self.viewer.said),
               "webhook": shapes.of([request["headers"] for request in self.hook.taken()])}
        for route, paths in ANSWERS.items():
            for path in paths:
                status, headers, text = self.client.call("GET", path)
                if headers.get_content_type() not in ("application/json", "application/problem+json"):
                    continue
                shape = shapes.of(json.loads(text))
                now["answers"][route] = shapes.merge(now["answers"].get(route), shape)
        self.seen = shapes.merge(self.seen, now)


# --- what a state keeps -------------------------------------------------------------------------

SECRETS = {"BUS_PASSWORD": "planted-in-the-bus", "HOOK_PASSWORD": "planted-in-the-hook",
           "HOOK_SECRET": hook.SECRET_TEXT, "CAMERA_PASSWORD": "planted-in-the-camera"}
# All keys of it are used; it is only checked, as its hosts are nowhere.
EVERY_KEY = MADE / "site.yaml"
STATE_CONFIG = """
site: plant
sign_in: always
devices: {gate: {weight: 3}}
rules:
  - {name: gone, device: gate, operators: [{away: {for_s: 1}}]}
cameras:
  - {name: hall, source: 'synthetic:1', publish_truth: true, size: 160x90, fps: 5}
"""


def kept_answers(known):
    """What the page shows of a state, without what changes by itself."""
    devices = {id: known.json(f"/api/v1/devices/{id}") for id in ("hall", "gate")}
    rules = known.json("/api/v1/rules")["rules"]
    return {"devices": {id: {key: device.get(key) for key in ("name", "paused", "settings")}
                        for id, device in devices.items()},
            "rules": [{key: value for key, value in rule.items() if key != "status"}
                      for rule in rules],
            "cameras": known.json("/api/v1/cameras")["cameras"],
            "users": known.json("/api/v1/users")["users"]}
