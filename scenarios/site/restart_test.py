#!/usr/bin/env python3
"""Processes that hang, die, come late and come back: each harms only itself.

Usage: restart_test.py FOVEA [unittest arguments]
"""
import pathlib
import signal

import plant
import world


class Restart(plant.Plant):
    def start_cameras(self, text):
        """`fovea camera --config` with these lines under `cameras:`."""
        config = self.folder / "cameras.yaml"
        config.write_text(f"site: plant\nbus: {self.bus}\ncameras:\n{text}")
        return self.start("camera", "--config", config)

    def test_one_camera_of_several_hangs_and_one_dies(self):
        self.start_plant()
        process = self.start_cameras("""
  - {name: good, source: "synthetic:1", size: 160x90, fps: 5}
  - {name: also, source: "synthetic:2", size: 160x90, fps: 5}
  - {name: hangs, source: "exec:echo stuck >&2; sleep 300"}
  - {name: dies, source: "exec:echo no camera here >&2; exit 3"}
""")
        self.wait_live("good")
        self.wait_live("also")
        dead = self.wait_device("dies", lambda d: "no camera here" in (d["detail"] or ""))
        self.assertNotIn(dead["state"], ("live", "stale"))
        world.wait_for("restarts of the dead one",
                       lambda: self.camera_counter("dies", "camera_restarts") >= 2)
        hung = self.wait_device("hangs", lambda d: "wrote nothing" in (d["detail"] or ""))
        self.assertIn("stuck", hung["detail"])
        world.wait_for("a restart of the hanging one",
                       lambda: self.camera_counter("hangs", "camera_restarts") >= 1)
        for name in ("good", "also"):
            self.assertEqual(self.camera_counter(name, "camera_restarts"), 0)
            self.assertEqual(self.wait_fresh_frames(name)["state"], "live")
        self.ends_within(process, plant.END_S)

    def test_the_broker_comes_last(self):
        broker = self.make_broker()
        camera = self.add_camera("yard", "synthetic:1", *plant.SMALL)
        site = self.start_site("--site", "plant", "--bus", self.bus)
        state = world.wait_for("a word about the bus", lambda: self.get("/api/v1/site")["bus"])
        self.assertEqual(state["state"], "reconnecting")
        self.assertTrue(state["detail"])
        self.assertIsNone(camera.poll())
        broker.start()
        self.wait_live("yard")
        self.assertEqual(self.get("/api/v1/site")["bus"]["state"], "connected")
        self.assertIsNone(site.poll())

    def test_a_killed_camera_is_missed_and_welcomed_back(self):
        self.start_plant()
        camera = self.add_camera("yard", "synthetic:1", *plant.SMALL)
        self.wait_live("yard")
        camera.send_signal(signal.SIGKILL)
        self.wait_device("yard", lambda d: d["state"] == "stale")
        away = self.wait_device("yard", lambda d: d["state"] == "away")
        self.assertIn("away since", away["detail"])
        def texts():
            return [e["text"] for e in self.get("/api/v1/events?after=0")["events"]
                    if e["device"] == "yard" and e["kind"] == "device"]
        world.wait_for("its absence among the events", lambda: texts()[-1].startswith("away"))
        self.add_camera("yard", "synthetic:1", *plant.SMALL)
        self.wait_live("yard")
        world.wait_for("its return among the events", lambda: texts()[-1] == "live")
        # A new run counts from 1 again: that must not look like old frames.
        self.wait_fresh_frames("yard", 5)


    def test_what_a_killed_camera_had_started_dies_with_it(self):
        self.start_plant()
        camera = self.add_camera("gate", plant.ffmpeg_command(
            "testsrc=size=160x90:rate=5", "-f", "mjpeg", before=("-f", "lavfi"), loop=False))
        self.wait_live("gate")
        children = [int(child) for task in (world.proc(camera.pid) / "task").iterdir()
                    for child in (task / "children").read_text().split()]
        self.assertTrue(children)
        camera.kill()
        camera.wait()
        def gone(child):
            try:
                state = pathlib.Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except FileNotFoundError:
                return True
            return state == "Z"  # waits for whoever adopted it
        world.wait_for("the command's end", lambda: all(map(gone, children)))


if __name__ == "__main__":
    world.main()
