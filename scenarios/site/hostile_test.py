#!/usr/bin/env python3
"""Clients that mean harm, and limits of the machine: the honest ones must not feel it.

Usage: hostile_test.py FOVEA [unittest arguments]
"""
import asyncio
import contextlib
import os
import resource
import socket
import threading
import time
import urllib.request

import aiohttp
import nats

import plant
import world

DEVICES = 10_000
DEVICES_MAX = 256
VIEWERS = 500
UPGRADE = (b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
           b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


class Watcher(threading.Thread):
    """An honest viewer (MJPEG) that counts its pictures."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.stream = urllib.request.urlopen(url, timeout=20)
        self.pictures = 0
        self.start()

    def run(self):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed under our hands
            while chunk := self.stream.read1(65536):
                self.pictures += chunk.count(b"image/jpeg")


def cpu_s(process):
    fields = (world.proc(process.pid) / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Hostile(plant.Plant):
    def setUp(self):
        super().setUp()
        self.without_models()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def rejected(self, kind, reason):
        return sum(c["value"] for c in self.get("/api/v1/system")["counters"]
                   if c["name"] == "fovea_rejected_total" and
                   c["labels"] == {"kind": kind, "reason": reason})

    def start_yard_site(self):
        """A site with a camera of its own, and an honest viewer of it."""
        process = self.start_site("--camera", "yard=synthetic:1")
        self.wait_live("yard")
        watcher = Watcher(self.site + "/devices/yard/video.mjpg")
        self.addCleanup(watcher.stream.close)
        self.port = int(self.site.rsplit(":", 1)[1])
        return process, watcher

    def check_watcher(self, watcher, limit=10):
        seen = watcher.pictures
        world.wait_for("more pictures for the honest viewer",
                       lambda: watcher.pictures > seen + 10, limit)

    def connect(self, data=b""):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def answer(self, client):
        """What the server says until it closes."""
        said = b""
        with contextlib.suppress(ConnectionError):
            while piece := client.recv(65536):
                said += piece
        return said

    def test_ten_thousand_devices(self):
        site = self.start_plant()
        self.add_camera("yard", "synthetic:1", *plant.SMALL)
        self.wait_live("yard")
        async def announce(first, last):
            client = await nats.connect(self.bus)
            for number in range(first, last):
                device = f"evil{number}"
                headers = {"ce-specversion": "1.0", "ce-id": device, "ce-type": "fovea.status.v1",
                           "ce-source": f"/plant/{device}", "content-type": "application/json"}
                text = ('{"site":"plant","device":"%s","state":"live","detail":"","source":"x",'
                        '"time":"2026-01-01T00:00:00Z","fps":1,"captured":1,"published":1,'
                        '"dropped":0,"restarts":0}' % device)
                await client.publish(f"fovea.plant.{device}.status", text.encode(), headers=headers)
                if number % 100 == 0:  # so that they all arrive: a queue would drop them
                    await client.flush()
                    await asyncio.sleep(0.02)
            await client.close()
        asyncio.run(announce(0, DEVICES // 4))
        world.wait_for("refusals", lambda: self.rejected("device", "too_many") > DEVICES * 0.2)
        before = plant.resident_mib(site)
        asyncio.run(announce(DEVICES // 4, DEVICES))
        world.wait_for("refusals", lambda: self.rejected("device", "too_many") > DEVICES * 0.8)
        devices = self.get("/api/v1/devices")["devices"]
        self.assertEqual(len(devices), DEVICES_MAX)
        self.assertLess(plant.resident_mib(site), before + 10, "the refused ones cost nothing")
        events = [e["text"] for e in self.get("/api/v1/events?after=0")["events"]]
        told = [text for text in events if "refused" in text and str(DEVICES_MAX) in text]
        self.assertTrue(told, "the page says why a new device does not show up")
        self.assertLess(len(told), 10, "but not ten thousand times")
        self.wait_fresh_frames("yard", 10)
        self.assertEqual(self.device("yard")["state"], "live")

    def test_slow_and_endless_requests(self):
        process, watcher = self.start_yard_site()
        before = plant.resident_mib(process)
        slow = [self.connect(b"GET / HTTP/1.1\r\nHost: local") for _ in range(100)]
        huge = self.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(1024):  # of the gigabyte it may take a few kilobytes
                huge.sendall(b"x" * (1 << 20))
            self.fail("a header of 1 GB was taken")
        body = self.connect(b"PATCH /api/v1/devices/yard HTTP/1.1\r\nHost: localhost\r\n"
                            b"Content-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n")
        self.assertIn(b"413", self.answer(body).split(b"\r\n")[0])
        began = time.monotonic()
        while time.monotonic() - began < 20 and slow:  # a byte now and then keeps nobody alive
            for client in list(slow):
                try:
                    client.sendall(b"h")
                except ConnectionError:
                    slow.remove(client)
            time.sleep(0.25)  # the slow client's pace
        self.assertFalse(slow, "slow clients are ended")
        self.check_watcher(watcher)
        self.assertLess(plant.resident_mib(process), before + 40)

    def test_a_flood_of_pings(self):
        process, watcher = self.start_yard_site()
        client = self.connect(UPGRADE)
        self.assertIn(b"101", client.recv(65536).split(b"\r\n")[0])
        ping = b"\x89\x80\0\0\0\0"  # masked by zeros, empty
        with contextlib.suppress(ConnectionError):
            end = time.monotonic() + 20
            while time.monotonic() < end:
                client.sendall(ping * 2000)
                self.drain(client)
            self.fail("a flood of pings was endured")
        self.assertGreater(self.rejected("http", "websocket_policy"), 0)
        self.check_watcher(watcher)

    def drain(self, client):
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while client.recv(65536):
                pass
        client.setblocking(True)
        client.settimeout(20)

    def test_five_hundred_viewers(self):
        process, watcher = self.start_yard_site()
        before = plant.resident_mib(process)
        asyncio.run(self.watch_in_a_crowd(VIEWERS))
        self.check_watcher(watcher)
        self.assertLess(plant.resident_mib(process), before + 150)
        world.wait_for("an empty hall but for the honest one",
                       lambda: len(self.get("/api/v1/system")["viewers"]) == 1)

    async def watch_in_a_crowd(self, count):
        """So many viewers, of which each gets pictures; half of them never acknowledge one."""
        got = [0] * count
        async def watch(session, number):
            async with session.ws_connect(self.site + "/api/v1/live") as socket_:
                await socket_.send_json({"type": "subscribe",
                                         "devices": {"yard": {"frames": True}}})
                async for message in socket_:
                    if message.type != aiohttp.WSMsgType.BINARY:
                        continue
                    got[number] += 1
                    if number % 2:
                        sequence = int(message.data.split(b'"sequence":')[1].split(b",")[0])
                        await socket_.send_json({"type": "ack", "device": "yard",
                                                 "sequence": sequence})
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            tasks = [asyncio.create_task(watch(session, number)) for number in range(count)]
            end = time.monotonic() + 60
            while time.monotonic() < end and not (min(got) >= 2 and min(got[1::2]) >= 4):
                await asyncio.sleep(0.1)
                failed = [task for task in tasks if task.done()]
                self.assertFalse(failed, failed and failed[0].exception())
            self.assertGreaterEqual(min(got), 2)
            self.assertGreaterEqual(min(got[1::2]), 4)
            self.assertEqual(max(got[0::2]), 2, "two frames unacknowledged, not more")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def limit_descriptors(self, process, spare):
        """So that the process can open only so many more; returns what undoes it."""
        used = len(os.listdir(world.proc(process.pid) / "fd"))
        before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (used + spare, before[1]))
        return lambda: resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)

    def test_a_site_without_descriptors(self):
        process, watcher = self.start_yard_site()
        self.limit_descriptors(process, 20)
        clients = [self.connect() for _ in range(60)]
        began, used = time.monotonic(), cpu_s(process)
        self.check_watcher(watcher)
        busy = (cpu_s(process) - used) / (time.monotonic() - began)
        self.assertLess(busy, 0.6, "it does not spin")
        for client in clients:
            client.close()
        self.assertEqual(self.device("yard")["state"], "live")
        self.assertGreater(self.rejected("http", "accept"), 0)
        self.check_watcher(watcher)

    def test_a_camera_without_descriptors(self):
        self.start_plant()
        camera = self.add_camera("gate", "exec:exit 1")
        self.wait_device("gate", lambda d: "exited with status 1" in (d["detail"] or ""))
        undo = self.limit_descriptors(camera, 0)
        self.wait_device("gate", lambda d: "Too many open files" in (d["detail"] or ""))
        undo()
        self.wait_device("gate", lambda d: "exited with status 1" in (d["detail"] or ""))
        self.assertIsNone(camera.poll())


if __name__ == "__main__":
    world.main()
