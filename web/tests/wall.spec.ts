import { writeFileSync } from "node:fs";
import { expect, needs_program, open, overflow, test } from "./site.ts";
import type { Stage } from "./program.ts";

test.use({ viewport: { width: 1280, height: 720 } });

// Small and slow, so that one machine can show many.
async function serve_cameras(stage: Stage, count: number): Promise<string> {
  const config = `${stage.folder}/site.yaml`;
  const cameras = Array.from(
    { length: count },
    (_, i) => `  - {name: cam-${i + 1}, source: "synthetic:${i + 1}", size: 320x180, fps: 2}\n`,
  );
  writeFileSync(config, `fps_max: 0.2\ncameras:\n${cameras.join("")}`);
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
  );
  await expect(async () => {
    const { devices } = await (await fetch(`${url}/api/v1/devices`)).json();
    const live = devices.filter((device: { state: string }) => device.state === "live");
    expect(live.length).toBe(count);
  }).toPass({ timeout: 60_000 });
  return url;
}

test("nine tiles are all seen without scrolling", async ({ page, stage }) => {
  needs_program();
  const url = await serve_cameras(stage, 9);
  await open(page, url);
  const views = page.locator("device-tile live-view");
  await expect(views).toHaveCount(9);
  for (const view of await views.all()) {
    await expect(view).toBeInViewport({ ratio: 1 });
    await expect(view).toHaveAttribute("data-sequence", /\d/);
    const { width } = (await view.boundingBox())!;
    expect(width).toBeGreaterThan(360);
  }
  const [all, seen] = await page
    .locator("wall-page")
    .evaluate((wall) => [wall.scrollHeight, wall.clientHeight]);
  expect(all).toBeLessThanOrEqual(seen!);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test("twenty tiles scroll, and each gets pictures when it is seen", async ({ page, stage }) => {
  needs_program();
  const url = await serve_cameras(stage, 20);
  await open(page, url);
  const tiles = page.locator("device-tile");
  await expect(tiles).toHaveCount(20);
  await expect(tiles.first().locator("live-view")).toHaveAttribute("data-sequence", /\d/);
  await expect(tiles.last()).not.toBeInViewport();
  await expect(tiles.last().locator("live-view")).not.toHaveAttribute("data-sequence", /\d/);
  for (const tile of await tiles.all()) {
    await tile.scrollIntoViewIfNeeded();
    const view = tile.locator("live-view");
    await expect(view).toHaveAttribute("data-sequence", /\d/);
    const before = await view.getAttribute("data-sequence");
    await expect(view).not.toHaveAttribute("data-sequence", before!);
    expect((await tile.boundingBox())!.width).toBeGreaterThanOrEqual(300);
  }
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});
