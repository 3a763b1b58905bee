import { writeFileSync } from "node:fs";
import { expect, needs_program, open, read_grid, test, wait_for_picture } from "./site.ts";
import type { Stage } from "./program.ts";

async function serve_hall(stage: Stage): Promise<string> {
  const config = `${stage.folder}/site.yaml`;
  writeFileSync(
    config,
    'cameras:\n  - {name: hall, source: "synthetic:1", codec: h264, publish_truth: true}\n',
  );
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
  );
  return url;
}

// Pictures encoded by the site so far.
async function jpegs_made(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = /^fovea_site_jpeg_encoded_total\{device="hall"\} (\d+)/m.exec(text);
  return line ? Number(line[1]) : 0;
}

test("H.264 plays as the camera sends it, and JPEG when it is asked for", async ({
  page,
  stage,
}) => {
  needs_program();
  const url = await serve_hall(stage);
  await open(page, `${url}/d/hall?mode=video`);
  await wait_for_picture(page);
  const card = page.locator("video-card");
  await expect(card).toHaveAttribute("data-codec", "h264");
  await expect(card).toContainText("H.264, as the camera sends it");
  await expect(async () => {
    const { rgb } = await read_grid(page, 8, 8);
    expect(Math.max(...rgb) - Math.min(...rgb)).toBeGreaterThan(60); // a picture, not one colour
  }).toPass({ timeout: 20_000 });
  expect(await jpegs_made(url)).toBe(0);

  const select = page.getByLabel("Video in this browser");
  await select.selectOption("jpeg");
  await expect(card).toHaveAttribute("data-codec", "jpeg");
  await expect(card).toContainText("JPEG, made by the site from H.264");
  await expect.poll(() => jpegs_made(url)).toBeGreaterThan(5);
  await page.reload();
  await wait_for_picture(page);
  await expect(card).toHaveAttribute("data-codec", "jpeg"); // this browser remembers

  await select.selectOption("auto");
  await expect(card).toHaveAttribute("data-codec", "h264");
  await expect(async () => {
    const before = await jpegs_made(url);
    await page.waitForTimeout(500); // some frames; nobody asks for JPEG any more
    expect(await jpegs_made(url)).toBe(before);
  }).toPass({ timeout: 20_000 });
});

test("with H.264, too, a mask is locked to its very frame", async ({ page, stage }) => {
  needs_program();
  const url = await serve_hall(stage);
  await open(page, `${url}/d/hall?lock=1`);
  await wait_for_picture(page);
  await expect(page.locator("video-card")).toHaveAttribute("data-codec", "h264");
  const view = page.locator("live-view");
  const numbers = () =>
    view.evaluate((element: HTMLElement) => [element.dataset.sequence, element.dataset.mask]);
  await expect(async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20; ++i) {
      const [frame, mask] = await numbers();
      expect(mask).not.toBe("");
      expect(mask).toBe(frame);
      seen.add(frame!);
      await page.waitForTimeout(60); // about a frame
    }
    expect(seen.size).toBeGreaterThan(5);
  }).toPass({ timeout: 30_000 });
});

test("a browser without WebCodecs gets JPEG and is told why", async ({ page, stage }) => {
  needs_program();
  const url = await serve_hall(stage);
  await page.addInitScript(() => {
    delete (window as { VideoDecoder?: unknown }).VideoDecoder;
  });
  await open(page, `${url}/d/hall`);
  await wait_for_picture(page);
  const card = page.locator("video-card");
  await expect(card).toHaveAttribute("data-codec", "jpeg");
  await expect(card).toContainText("This browser plays no H.264.");
});

test("the device's page shows the large stream, the wall the small one", async ({ page, stage }) => {
  needs_program();
  const config = `${stage.folder}/site.yaml`;
  writeFileSync(
    config,
    `cameras:
  - name: hall
    source: synthetic:1
    size: 320x180
    main: synthetic:1
    codec: h264
    publish_truth: true
`,
  );
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
  );
  await open(page, url);
  await wait_for_picture(page);
  const view = page.locator("live-view");
  await expect(view).toHaveAttribute("data-stream", "small");
  await expect(page.locator("device-tile")).toHaveCount(1);

  await open(page, `${url}/d/hall`);
  await wait_for_picture(page);
  await expect(view).toHaveAttribute("data-stream", "large", { timeout: 20_000 });
  await expect(page.locator("video-card")).toContainText("640 × 360");
  await expect(view).not.toHaveAttribute("data-mask", ""); // found in the small one

  await page.keyboard.press(" "); // only of the small one there is a frame with its very mask
  await expect(page.locator(".stage-paused")).toBeVisible();
  await expect(view).toHaveAttribute("data-stream", "small");
  const paused = await view.getAttribute("data-sequence");
  await expect(view).toHaveAttribute("data-mask", paused!);
  await page.keyboard.press("b"); // draws it again
  await page.waitForTimeout(500);
  await expect(view).toHaveAttribute("data-sequence", paused!);
  await page.keyboard.press(" ");
  await expect(view).not.toHaveAttribute("data-sequence", paused!);
  await expect(view).toHaveAttribute("data-stream", "large", { timeout: 20_000 });

  await page.keyboard.press("l"); // locked: only the small one has the mask's very frame
  await expect(view).toHaveAttribute("data-stream", "small");
  await page.keyboard.press("l");
  await expect(view).toHaveAttribute("data-stream", "large");
});
