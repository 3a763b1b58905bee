#!/usr/bin/env python3
"""A camera program of somebody else's that stamps all its pictures alike: the page says what is
wrong, and who comes in is told of all the same.

Usage: times_test.py FOVEA [unittest arguments]
"""
import asyncio
import threading

import nats

import journey
import world


@journey.needs_browser
class Times(journey.Journey):
    def publish(self, bus, device):
        """What the stage shows, ten times a second, as ten lines of a stranger's may do it."""
        over = threading.Event()

        async def run():
            client, sequence = await nats.connect(bus), 0
            while not over.is_set():
                sequence += 1
                await client.publish(f"fovea.plant.{device}.frame", self.stage.read_bytes(), headers={
                    "ce-specversion": "1.0", "ce-id": str(sequence), "ce-source": f"/plant/{device}",
                    "ce-type": "fovea.frame.v1", "ce-time": "2026-01-01T00:00:00Z",
                    "ce-frameseq": str(sequence), "ce-width": "640", "ce-height": "360",
                    "ce-codec": "jpeg", "ce-keyframe": "true", "content-type": "image/jpeg"})
                await asyncio.sleep(0.1)
            await client.close()

        thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
        self.addCleanup(thread.join, 10)
        self.addCleanup(over.set)
        thread.start()

    def test_times_that_stand_still(self):
        self.show(journey.PICTURES / "empty.jpg")
        bus = self.start_nats()
        self.start_site("--config", self.write_config("gate", bus=bus), "--model", "fovea-factory")
        self.listen(bus)
        self.publish(bus, "gate")
        self.wait_quiet("gate")
        self.wait_device("gate", lambda d: d["time_fault"] == "still")
        self.watch("/d/gate")
        self.follow("times that stand still", self.show(journey.PICTURES / "visitor.jpg"))
        self.assertIn("its capture times stand still", self.words)


if __name__ == "__main__":
    world.main()
