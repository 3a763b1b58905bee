"""A page's connection: subscribes at the live WebSocket and keeps the look of all that it says."""
import asyncio
import json
import struct
import threading

import aiohttp

import shapes

WANTED = {"frames": True, "h264": True, "masks": True, "results": True}


class Viewer:
    """Runs on a thread of its own until close(). `said`: {type of message: its shape}."""

    def __init__(self, test, site, headers, devices):
        self.said, self.failure = {}, None
        self.url, self.headers, self.devices = site + "/api/v1/live", headers, devices
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)
        self.thread.start()
        test.addCleanup(self.close)

    def close(self):
        self.stopping.set()
        self.thread.join()

    def keep(self, message):
        kind = message["type"]
        self.said[kind] = shapes.merge(self.said.get(kind), shapes.of(message))

    def has_seen_a_picture(self):
        """Whether an event came with the picture of its moment."""
        return "text" in self.said.get("event", {}).get("event", {}).get("picture", "")

    async def run(self):
        try:
            async with aiohttp.ClientSession(headers=self.headers) as session:
                async with session.ws_connect(self.url, max_msg_size=0) as socket:
                    await self.talk(socket)
        except (aiohttp.ClientError, OSError) as failure:
            self.failure = failure

    async def talk(self, socket):
        await socket.send_json({"type": "subscribe", "events": True, "system": True,
                                "devices": {device: WANTED for device in self.devices}})
        await socket.send_json({"type": "no such message"})
        while not self.stopping.is_set():
            try:
                message = await socket.receive(timeout=0.2)
            except asyncio.TimeoutError:
                continue
            if message.type == aiohttp.WSMsgType.TEXT:
                self.keep(json.loads(message.data))
            elif message.type == aiohttp.WSMsgType.BINARY:
                length = struct.unpack_from("<I", message.data)[0]
                header = json.loads(message.data[4:4 + length])
                self.keep(header)
                if header["type"] == "frame":
                    await socket.send_json({"type": "ack", "device": header["device"],
                                            "sequence": header["sequence"]})
            else:
                break
