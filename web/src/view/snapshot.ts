import type { Feed, Shown } from "../live/feed.ts";
import { h } from "../ui/dom.ts";
import type { LiveView } from "./live_view.ts";

// A result is on its way; longer than that nobody waits for a file.
const wait_ms_max = 3000;

function save(data: BlobPart, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// Of H.264 the picture as it is shown.
function encode(picture: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d")!.drawImage(picture, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

function next_still(feed: Feed): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(), wait_ms_max);
    const off = feed.still_changes.on(() => done());
    const done = () => {
      clearTimeout(timer);
      off();
      resolve();
    };
  });
}

// What is on the screen while it is paused, else the newest frame of which all is known. Where
// nothing is found in pictures: the picture alone.
async function take(live: LiveView): Promise<{ shown: Shown; ours: boolean }> {
  if (live.frozen) return { shown: live.frozen, ours: false };
  const { feed } = live;
  if (!feed.has_still && feed.finds) await next_still(feed);
  const still = await feed.still().catch(() => null);
  if (still) return { shown: still, ours: true };
  return { shown: { ...live.shown, mask: null, map: null, result: null }, ours: false };
}

// Saves the camera's own JPEG, the class map and the result of one and the same frame, whose
// sequence the names carry: people train with these files.
export async function save_snapshot(live: LiveView): Promise<string> {
  const { shown, ours } = await take(live);
  const { frame, picture, mask, result } = shown;
  if (!frame || !picture) return "There is no picture to save yet.";
  const stamp = frame.header.captured.replaceAll(/[:.]/g, "-");
  const stem = `${live.feed.device}_${stamp}`;
  const { sequence } = frame.header;
  const jpeg = frame.header.codec === "h264" ? await encode(picture) : frame.bytes;
  if (ours) picture.close();
  save(jpeg, "image/jpeg", `${stem}_frame-${sequence}.jpg`);
  if (mask) save(mask.png, "image/png", `${stem}_mask-${sequence}.png`);
  if (!result) return "Saved the picture. Nothing that was found in it has come.";
  const text = JSON.stringify(result, null, 2);
  save(text, "application/json", `${stem}_result-${sequence}.json`);
  return `Saved picture, ${mask ? "mask, " : ""}JSON of frame ${sequence}.`;
}
