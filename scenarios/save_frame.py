"""What a stranger needs to save a picture of a camera: save_frame.py nats://host:4222 FILE.jpg"""
import asyncio, sys
import nats

async def main(url, file):
    bus = await nats.connect(url)
    frames = await bus.subscribe("fovea.*.*.frame")
    message = await frames.next_msg(timeout=30)
    open(file, "wb").write(message.data)
    await bus.close()
asyncio.run(main(*sys.argv[1:]))
