import type { Page } from "@playwright/test";
import type { LiveView } from "../src/view/live_view.ts";
import { expect, needs_program, open, test, wait_for_picture } from "./site.ts";

interface Traffic {
  unacknowledged_max: number;
  frames: number;
  subscriptions: string[];
}

// Watches the page's WebSocket from outside.
function watch(page: Page): Traffic {
  const traffic: Traffic = { unacknowledged_max: 0, frames: 0, subscriptions: [] };
  const open_frames = new Map<string, number>();
  const change = (device: string, by: number) => {
    const count = (open_frames.get(device) ?? 0) + by;
    open_frames.set(device, count);
    traffic.unacknowledged_max = Math.max(traffic.unacknowledged_max, count);
  };
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload === "string") return;
      const header = JSON.parse(payload.subarray(4, 4 + payload.readUInt32LE(0)).toString());
      if (header.type !== "frame") return;
      ++traffic.frames;
      change(header.device, 1);
    });
    socket.on("framesent", ({ payload }) => {
      const message = JSON.parse(payload.toString());
      if (message.type === "subscribe") traffic.subscriptions.push(payload.toString());
      if (message.type === "ack") change(message.device, -1);
    });
  });
  return traffic;
}

test("every frame is acknowledged; never more than two are open", async ({ page, device }) => {
  const traffic = watch(page);
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  await page.keyboard.press("l");
  await page.waitForTimeout(1000);
  await page.keyboard.press("l");
  const before = traffic.frames;
  await expect.poll(() => traffic.frames).toBeGreaterThan(before + 10);
  expect(traffic.unacknowledged_max).toBeLessThanOrEqual(2);
});

test("a hidden tab wants nothing, and comes back when it is seen", async ({ page, device }) => {
  const traffic = watch(page);
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  const set_hidden = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await set_hidden(true);
  await expect.poll(() => traffic.subscriptions.at(-1)).toContain('"devices":{}');
  await page.waitForTimeout(500);
  const frames = traffic.frames;
  await page.waitForTimeout(1500);
  expect(traffic.frames - frames).toBeLessThanOrEqual(2);
  await set_hidden(false);
  await expect.poll(() => traffic.frames).toBeGreaterThan(frames + 5);
});

// A frame in which the site's gate saw nothing new is shown with the mask that is repeated for it.
test("a locked mask is shown with the very frame it belongs to", async ({ page, device }) => {
  await open(page, `/d/${device}?mode=overlay&lock=1`);
  await wait_for_picture(page, true);
  let own_masks = 0;
  for (let i = 0; i < 10; ++i) {
    const pair = await page.locator("live-view").evaluate((element) => {
      const { frame, mask, result } = (element as LiveView).feed.shown;
      const repeated = result?.inferred === false;
      return { frame: frame?.header.sequence, mask: mask?.header.sequence, repeated };
    });
    if (pair.repeated) expect(pair.mask).toBeLessThan(pair.frame!);
    else expect(pair.mask).toBe(pair.frame);
    own_masks += Number(!pair.repeated);
    await page.waitForTimeout(200);
  }
  expect(own_masks).toBeGreaterThan(0);
});

// What the browser itself writes about refused connections is not the page's error.
function forgive_lost_connections(errors: string[]): void {
  errors.splice(0, errors.length, ...errors.filter((text) => !/WebSocket|ERR_CONN/.test(text)));
}

test("the page says when the site is gone and comes back by itself", async ({
  page,
  stage,
  errors,
}) => {
  needs_program();
  const camera = ["--camera", "hall=synthetic:1"];
  const state = ["--state", `${stage.folder}/state`];
  const { running, url } = await stage.serve(
    "site",
    "--listen",
    "127.0.0.1:0",
    ...camera,
    ...state,
  );
  await page.goto(url);
  await wait_for_picture(page);
  await running.kill();
  await expect(page.locator("site-banner")).toContainText(
    /No connection to the site, trying again/,
  );
  await expect(page.locator("device-tile")).toHaveAttribute("data-state", "unknown");
  await expect(page.locator("device-tile")).toContainText("no news since");
  const port = new URL(url).port;
  await stage.serve("site", "--listen", `127.0.0.1:${port}`, ...camera, ...state);
  await expect(page.locator("site-banner")).toBeHidden();
  await expect(page.locator("device-tile")).toHaveAttribute("data-state", "live");
  forgive_lost_connections(errors);
});

test("devices that were gone stand on the wall once", async ({ page, stage, errors }) => {
  needs_program();
  const camera = ["--camera", "hall=synthetic:1"];
  const serve = (port: string, state: string, ...more: string[]) =>
    stage.serve(
      ...["site", "--listen", `127.0.0.1:${port}`, "--state", `${stage.folder}/${state}`, ...more],
    );
  const first = await serve("0", "state", ...camera);
  await page.goto(first.url);
  await wait_for_picture(page);
  await first.running.kill();
  const { port } = new URL(first.url);
  const empty = await serve(port, "empty");
  await expect(page.locator("empty-wall")).toBeVisible({ timeout: 20_000 });
  await empty.running.kill();
  await serve(port, "state", ...camera);
  const tile = page.locator("device-tile");
  await expect(tile).toHaveAttribute("data-state", "live", { timeout: 20_000 }); // and only one
  const view = tile.locator("live-view");
  const shown = await view.getAttribute("data-sequence");
  await expect(view).not.toHaveAttribute("data-sequence", shown!);
  forgive_lost_connections(errors);
});

test("a site that falls silent is told from one that has nothing new", async ({
  page,
  stage,
  errors,
}) => {
  needs_program();
  const { running, url } = await stage.serve(
    "site", "--listen", "127.0.0.1:0", "--camera", "hall=synthetic:1", "--state", `${stage.folder}/state`,
  );
  await page.goto(url);
  await wait_for_picture(page);
  running.signal("SIGSTOP"); // as after a cable was pulled: no connection is closed
  await expect(page.locator("site-banner")).toContainText(/No connection to the site/, {
    timeout: 20_000,
  });
  await expect(page.locator("device-tile")).toHaveAttribute("data-state", "unknown");
  running.signal("SIGCONT");
  await expect(page.locator("site-banner")).toBeHidden({ timeout: 30_000 });
  await expect(page.locator("device-tile")).toHaveAttribute("data-state", "live");
  forgive_lost_connections(errors);
});

test("events of a site that was started again are all shown", async ({ page, stage, errors }) => {
  needs_program();
  const serve = (port: string) =>
    stage.serve(
      "site", "--listen", `127.0.0.1:${port}`, "--camera", "hall=synthetic:1", "--state", `${stage.folder}/state`,
    );
  const { running, url } = await serve("0");
  await page.goto(`${url}/d/hall`);
  await wait_for_picture(page);
  const times = () =>
    page
      .locator("event-list time")
      .evaluateAll((list) => list.map((time) => time.getAttribute("datetime")));
  await expect.poll(async () => (await times()).length).toBeGreaterThan(0);
  const before = await times();
  await running.kill();
  await expect(page.locator("site-banner")).toContainText(/No connection to the site/);
  await serve(new URL(url).port);
  await expect(page.locator("site-banner")).toBeHidden({ timeout: 30_000 });
  const old_ones = async () => (await times()).filter((time) => before.includes(time)).length;
  await expect.poll(old_ones).toBe(0);
  await expect.poll(async () => (await times()).length).toBeGreaterThan(0);
  forgive_lost_connections(errors);
});

test("a killed camera shows as away and comes back", async ({ page, stage }) => {
  needs_program();
  const bus = await stage.nats();
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    "site",
    "--bus",
    bus,
    "--listen",
    "127.0.0.1:0",
    "--state",
    state,
  );
  await page.goto(url);
  await expect(page.locator("empty-wall")).toContainText("fovea camera");
  const start_camera = () =>
    stage.start(
      "" + process.env.FOVEA_PROGRAM,
      "camera",
      "--site",
      "site",
      "--device",
      "cam1",
      "--source",
      "synthetic:1",
      "--bus",
      bus,
    );
  const camera = start_camera();
  const tile = page.locator("device-tile");
  await expect(tile).toHaveAttribute("data-state", "live", { timeout: 60_000 });
  await wait_for_picture(page);
  await camera.kill();
  await expect(tile).toHaveAttribute("data-state", "away", { timeout: 60_000 });
  await expect(tile).toContainText(/away since/);
  await expect(page.locator("header .summary")).toContainText("cam1 is away");
  const last = await page.locator("live-view").getAttribute("data-sequence");
  expect(last, "the last picture stays").toMatch(/\d/);
  start_camera();
  await expect(tile).toHaveAttribute("data-state", "live", { timeout: 60_000 });
  await expect(page.locator("live-view")).not.toHaveAttribute("data-sequence", last!);
});

test("an open bus is told over every page", async ({ page, stage }) => {
  needs_program();
  const nats = new URL(await stage.nats());
  // A loopback address that counts as one beyond it.
  const bus = `nats://[::ffff:127.0.0.1]:${nats.port}`;
  const { url } = await stage.serve(
    ...["site", "--listen", "127.0.0.1:0", "--state", `${stage.folder}/state`],
    ...["--bus", bus, "--bus-open", "true"],
  );
  await page.goto(url);
  const banner = page.locator("site-banner");
  await expect(banner).toContainText("The bus is open: who reaches");
  await expect(banner).toContainText("not encrypted");
  await expect(banner.getByRole("button", { name: "Try now" })).toBeHidden();
  await page.goto(`${url}/system`);
  await expect(banner).toContainText("The bus is open");
});
