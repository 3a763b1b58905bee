"""What scenarios of training have in common: labelled pictures, and running `fovea train`."""
import subprocess
import time

from PIL import Image, ImageDraw

SIZE = (160, 96)


def draw(folder, count, first=0):
    """Pictures of a floor with boxes on it, as somebody would label them."""
    folder.mkdir(exist_ok=True)
    (folder / "classes.yaml").write_text(
        'classes:\n  - {name: floor}\n  - {name: box, colour: "#0072b2"}\n  - {name: ball}\n')
    for index in range(first, first + count):
        picture = Image.new("RGB", SIZE, (90 + index % 20, 92, 88))
        truth = Image.new("L", SIZE, 0)
        x, y = 12 + index * 37 % 80, 8 + index * 23 % 40
        for drawing, box, ball in ((ImageDraw.Draw(picture), (180, 120, 60), (40, 60, 200)),
                                   (ImageDraw.Draw(truth), 1, 2)):
            drawing.rectangle([x, y, x + 30, y + 24], fill=box)
            drawing.ellipse([120 - x, 60 - y // 2, 144 - x, 84 - y // 2], fill=ball)
        picture.save(folder / f"yard{index}.jpg", quality=92)
        truth.save(folder / f"yard{index}.mask.png")


class Training:
    """Of a test case with a folder."""
    fovea = ""

    def start(self, *arguments):
        return subprocess.Popen([self.fovea, "train", *map(str, arguments)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_fovea(self, *arguments, status=0):
        done = subprocess.run([self.fovea, *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done

    def train(self, *arguments, status=0):
        return self.run_fovea("train", *arguments, status=status)

    def wait_for(self, condition, what, seconds=240):  # the trainer steps back before everybody
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.1)
        self.fail(f"in vain for {seconds} s: {what}")
