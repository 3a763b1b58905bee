#!/usr/bin/env python3
"""SIGTERM ends every program within two seconds, cleanly, whatever it is at.

Usage: end_test.py FOVEA [unittest arguments]
"""
import os
import signal
import socket
import time

import plant
import world

LIMIT_S = plant.END_S


class End(plant.Plant):
    def hole(self):
        """A server that takes connections and never says a word."""
        server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(server.close)
        return server.getsockname()[1]

    def started(self, *arguments):
        """A process that has come as far as writing its log, or sleeps."""
        process = self.start(*arguments)
        def has_threads():
            self.assertIsNone(process.poll(), process.log.read_text())
            return len(os.listdir(world.proc(process.pid) / "task")) > 2
        world.wait_for("its threads", has_threads)
        return process

    def camera(self, source, bus=None):
        return self.started("camera", "--device", "x", "--source", source, "--bus",
                            bus or f"nats://127.0.0.1:{world.free_port()}")

    def end_all(self, processes):
        for name, process in processes.items():
            with self.subTest(name):
                self.assertIsNone(process.poll(), process.log.read_text())
                self.ends_within(process, LIMIT_S)

    def test_cameras(self):
        self.make_broker().start()
        hole = self.hole()
        stubborn = "exec:trap '' TERM INT; sleep 300 & wait; wait; wait"
        processes = {
            "no broker": self.camera("synthetic:1"),
            "a broker that says nothing": self.camera("synthetic:1", f"nats://127.0.0.1:{hole}"),
            "a command that ignores signals": self.camera(stubborn, self.bus),
            "a source that fails": self.camera("exec:exit 1", self.bus),
            "at work": self.camera("synthetic:1", self.bus),
        }
        time.sleep(0.5)  # so that each is in the middle of it
        self.end_all(processes)

    @world.needs_data
    def test_cameras_with_video(self):
        self.make_broker().start()
        processes = {
            "an RTSP server that says nothing": self.camera(f"rtsp://127.0.0.1:{self.hole()}/x",
                                                            self.bus),
            "an RTSP server that is not there": self.camera(
                f"rtsp://127.0.0.1:{world.free_port()}/x", self.bus),
            "a video": self.camera("file:" + world.VIDEOS[0], self.bus),
        }
        time.sleep(0.5)  # so that each is in the middle of it
        self.end_all(processes)

    def site_at(self, *arguments):
        """With a state folder of its own, as several run at once."""
        state = self.folder / f"state-{len(list(self.folder.iterdir()))}"
        return self.started("site", "--listen", "127.0.0.1:0", "--state", state, *arguments)

    def test_sites(self):
        processes = {
            "no broker": self.site_at("--bus", f"nats://127.0.0.1:{world.free_port()}"),
            "a broker that says nothing": self.site_at("--bus", f"nats://127.0.0.1:{self.hole()}"),
            "its own cameras": self.site_at("--camera", "a=synthetic:1", "--camera",
                                            "b=exec:sleep 300"),
        }
        self.end_all(processes)

    @world.needs_data
    def test_a_site_that_loads_its_model(self):
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")  # so that it compiles
        for delay in (0.05, 0.3, 1):
            with self.subTest(delay=delay):
                process = self.site_at("--camera", "a=synthetic:1", "--model", world.DEEPLAB)
                time.sleep(delay)  # somewhere in the compilation
                self.ends_within(process, LIMIT_S)

    def test_right_after_the_start(self):
        """A signal that comes before the program is ready is not lost."""
        for arguments in (("site", "--listen", "127.0.0.1:0"),
                          ("camera", "--source", "synthetic:1", *plant.SMALL, "--bus",
                           f"nats://127.0.0.1:{world.free_port()}"),
                          ("demo", "--listen", "127.0.0.1:0")):
            for delay in (0, 0.01, 0.05, 0.2):
                with self.subTest(command=arguments[0], delay=delay):
                    process = self.start(*arguments)
                    time.sleep(delay)  # somewhere in its start
                    begin = time.monotonic()
                    process.send_signal(signal.SIGTERM)
                    status = process.wait(timeout=20)
                    self.assertLess(time.monotonic() - begin, LIMIT_S)
                    # Before it has taken the signals over, the system's default ends it.
                    self.assertIn(status, (0, -signal.SIGTERM), process.log.read_text())

    def test_a_site_with_viewers_that_do_not_read(self):
        site = self.start_site("--camera", "a=synthetic:1")
        self.wait_live("a")
        port = int(self.site.rsplit(":", 1)[1])
        for request in (b"GET /devices/a/video.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        b"GET /never HT", b""):
            viewer = socket.create_connection(("127.0.0.1", port))
            self.addCleanup(viewer.close)
            viewer.sendall(request)
        self.wait_fresh_frames("a")
        self.ends_within(site, LIMIT_S)


if __name__ == "__main__":
    world.main()
