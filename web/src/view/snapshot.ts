import { get_result } from "../api/rest.ts";
import type { Shown } from "../live/feed.ts";
import { h } from "../ui/dom.ts";

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

// Saves what is on the screen: the camera's own JPEG, the class map, the result. The names carry
// the sequence each belongs to, so that it is seen when mask and picture are not of one frame.
export async function save_snapshot(device: string, shown: Shown): Promise<string> {
  const { frame, picture, mask, result } = shown;
  if (!frame || !picture) return "There is no picture to save yet.";
  const stamp = frame.header.captured.replaceAll(/[:.]/g, "-");
  const stem = `${device}_${stamp}`;
  const jpeg = frame.header.codec === "h264" ? await encode(picture) : frame.bytes;
  save(jpeg, "image/jpeg", `${stem}_frame-${frame.header.sequence}.jpg`);
  if (mask) save(mask.png, "image/png", `${stem}_mask-${mask.header.sequence}.png`);
  const data = result ?? (await get_result(device).catch(() => null));
  if (data) {
    const text = JSON.stringify(data, null, 2);
    save(text, "application/json", `${stem}_result-${data.frameseq}.json`);
  }
  const parts = ["picture", mask && "mask", data && "JSON"].filter(Boolean);
  return `Saved ${parts.join(", ")}.`;
}
