#!/usr/bin/env python3
"""A camera behind a slow link: it sends less, says so, and recovers.

Usage: slow_link_test.py FOVEA [unittest arguments]
"""
import socket
import threading
import time
import urllib.request

import world


class Link:
    """A relay to a server on this machine that takes `rate` bytes a second from its clients; None:
    all that comes. Its buffers are small, so that the sender feels it."""

    def __init__(self, port):
        self.port = port
        self.rate = None
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self):
        return f"nats://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.port))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for way in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.carry, args=way, daemon=True).start()

    def carry(self, source, target, shaped):
        free_at = time.monotonic()  # when the link has sent all it was given
        try:
            while data := source.recv(4 << 10):
                target.sendall(data)
                if not shaped or not self.rate:
                    continue
                free_at = max(free_at, time.monotonic() - 0.05) + len(data) / self.rate
                if free_at > time.monotonic():
                    time.sleep(free_at - time.monotonic())  # the link's speed
        except OSError:
            pass  # one end is gone


class SlowLink(world.Case):
    def picture_bytes(self):
        with urllib.request.urlopen(self.site + "/devices/far/frame.jpg", timeout=20) as answer:
            return len(answer.read())

    def test_a_camera_sends_less_over_a_slow_link_and_recovers(self):
        bus = self.start_nats()
        link = Link(int(bus.rsplit(":", 1)[1]))
        self.start_site("--site", "plant", "--bus", bus)
        self.start_camera(link.url(), "far", "synthetic:1")
        self.wait_device("far", lambda d: d["state"] == "live" and d["video_fps"])
        full = self.picture_bytes()
        self.assertIsNone(self.device("far")["adaptation"])

        link.rate = 4 * full  # of 15 pictures a second
        slow = self.wait_device("far", lambda d: d["adaptation"], limit=60)
        self.assertIn("the link is slow: quality", slow["adaptation"])
        # More pictures than would fit unchanged, and none of them late.
        self.wait_device("far", lambda d: d["video_fps"] > 5 and d["last_frame_age_ms"] < 1500, 60)
        self.assertLess(self.picture_bytes(), 0.8 * full)

        link.rate = None
        self.wait_device("far", lambda d: d["adaptation"] is None, limit=180)
        world.wait_for("the full quality", lambda: self.picture_bytes() > 0.8 * full)


if __name__ == "__main__":
    world.main()
