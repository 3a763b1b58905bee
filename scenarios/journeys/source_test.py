#!/usr/bin/env python3
"""Every other way to a camera's pictures, from what happens before it to those who want to know: a
command, a USB camera, a video file, a folder of pictures.

Usage: source_test.py FOVEA STAND_IN [unittest arguments]
STAND_IN is the built v4l2_stand_in.cpp, which takes a driver's place.
"""
import shutil
import subprocess
import sys
import time

import journey
import world

QUIET_S = 4  # of a file or folder, before somebody comes in
BUSY_S = 6
FPS = 15


@journey.needs_browser
class Source(journey.Journey):
    stand_in = ""

    def start_with(self, source):
        """The site with this camera, and everybody who wants to know."""
        bus = self.start_nats()
        config = self.write_config("cam", bus=bus)
        self.listen(bus)
        self.start_site("--config", config, "--model", "fovea-factory", "--camera", "cam=" + source)

    def go_live(self, name, source):
        """What happens is shown to the camera."""
        self.show(journey.PICTURES / "empty.jpg")
        self.start_with(source)
        self.wait_quiet("cam")
        self.watch("/d/cam")
        self.follow(name, self.show(journey.PICTURES / "visitor.jpg"))

    def test_a_command(self):
        self.go_live("a command", f"exec:while cat {self.stage}; do sleep 0.066; done")

    def test_a_usb_camera(self):
        self.environment |= {"LD_PRELOAD": self.stand_in,
                             "FOVEA_STAND_IN": f"/dev/video70:{self.stage}"}
        self.go_live("a USB camera", "v4l2:/dev/video70")

    def recorded(self, folder):
        """A camera's pictures as files, one by one: nobody, then somebody comes in."""
        folder.mkdir()
        for number in range((QUIET_S + BUSY_S) * FPS):
            name = "empty.jpg" if number < QUIET_S * FPS else "visitor.jpg"
            shutil.copy(journey.PICTURES / name, folder / f"{number:04}.jpg")
        return folder

    def go_recorded(self, name, source):
        """It goes round and round, so that somebody comes in again when the page is open."""
        self.start_with(source)
        self.watch("/d/cam")
        self.follow(name, after=time.time())

    def test_a_folder(self):
        self.go_recorded("a folder", f"folder:{self.recorded(self.folder / 'pictures')}")

    def test_a_file(self):
        pictures, video = self.recorded(self.folder / "pictures"), self.folder / "hall.mp4"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-framerate", str(FPS), "-i",
                        pictures / "%04d.jpg", "-c:v", "libx264", "-preset", "ultrafast",
                        "-pix_fmt", "yuv420p", video], check=True)
        self.go_recorded("a file", f"file:{video}")


if __name__ == "__main__":
    Source.stand_in = sys.argv.pop(2)
    world.main()
