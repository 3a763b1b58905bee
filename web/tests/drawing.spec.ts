import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { decode_class_map } from "../src/decode/png.ts";
import type { ClassMap } from "../src/decode/png.ts";
import { expect, needs_program, open, read_grid, test, wait_for_picture } from "./site.ts";

const columns = 80;
const rows = 45;

interface ClassInfo {
  index: number;
  name: string;
  colour: string;
}

async function fetch_map(site: string, device: string): Promise<ClassMap> {
  const response = await fetch(`${site}/devices/${device}/mask.png`);
  expect(response.ok).toBe(true);
  return decode_class_map(new Uint8Array(await response.arrayBuffer()));
}

// The class at each grid point whose whole neighbourhood is of that class, else null.
function calm_classes(map: ClassMap): (number | null)[] {
  const near = 4;
  return Array.from({ length: columns * rows }, (_, i) => {
    const x = Math.floor((((i % columns) + 0.5) / columns) * map.width);
    const y = Math.floor(((Math.floor(i / columns) + 0.5) / rows) * map.height);
    const index = map.indices[y * map.width + x]!;
    for (let dy = -near; dy <= near; dy += near) {
      for (let dx = -near; dx <= near; dx += near) {
        const [u, v] = [x + dx, y + dy];
        if (u < 0 || v < 0 || u >= map.width || v >= map.height) continue;
        if (map.indices[v * map.width + u] !== index) return null;
      }
    }
    return index;
  });
}

const parse = (colour: string) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

// The scene moves, so the page may show the mask before or after the API's: what counts are points
// that have one class in the masks fetched before and after the page was read.
for (const mode of ["mask", "overlay"]) {
  test(`${mode}: class colours lie where the API's class map has the classes`, async ({
    page,
    site,
    device,
  }) => {
    await open(page, `/d/${device}?mode=${mode}&opacity=100&boxes=0`);
    await wait_for_picture(page, true);
    const details = await (await fetch(`${site}/api/v1/devices/${device}`)).json();
    const classes = details.classes as ClassInfo[];
    expect(classes.length).toBeGreaterThan(1);
    const seen = new Map<number, { right: number; wrong: number }>();
    for (let round = 0; round < 6; ++round) {
      const before = calm_classes(await fetch_map(site, device));
      const { rgb } = await read_grid(page, columns, rows);
      const after = calm_classes(await fetch_map(site, device));
      before.forEach((index, i) => {
        const info = classes.find((item) => item.index === index);
        if (index === null || index !== after[i] || !info) return;
        if (mode === "overlay" && info.index === 0 && info.name === "background") return;
        const count = seen.get(index) ?? { right: 0, wrong: 0 };
        const right = parse(info.colour).every((value, k) => rgb[i * 3 + k] === value);
        if (right) ++count.right;
        else ++count.wrong;
        seen.set(index, count);
      });
      await page.waitForTimeout(300);
    }
    const total = [...seen.values()].reduce(
      (sum, item) => ({ right: sum.right + item.right, wrong: sum.wrong + item.wrong }),
      { right: 0, wrong: 0 },
    );
    const report = JSON.stringify([...seen]);
    expect(total.right, report).toBeGreaterThan(columns * rows);
    expect(total.right / (total.right + total.wrong), report).toBeGreaterThan(0.95);
    expect([...seen.values()].filter((item) => item.right > 20).length, report).toBeGreaterThan(1);
  });
}

test("the video moves", async ({ page, device }) => {
  await open(page, `/d/${device}?mode=video&boxes=0`);
  await wait_for_picture(page);
  const live = page.locator("live-view");
  const before = await read_grid(page, columns, rows);
  const sequence = Number(await live.getAttribute("data-sequence"));
  await expect
    .poll(async () => Number(await live.getAttribute("data-sequence")))
    .toBeGreaterThan(sequence + 5);
  const after = await read_grid(page, columns, rows);
  const changed = after.rgb.filter((value, i) => Math.abs(value - before.rgb[i]!) > 4).length;
  expect(changed).toBeGreaterThan(20);
});

test("split shows video on one side and the mask on the other", async ({ page, site, device }) => {
  await open(page, `/d/${device}?mode=split&boxes=0`);
  await wait_for_picture(page, true);
  const details = await (await fetch(`${site}/api/v1/devices/${device}`)).json();
  const colours = new Set(
    (details.classes as ClassInfo[]).map((info) => parse(info.colour).join()).concat("24,27,30"),
  );
  const { rgb } = await read_grid(page, columns, rows);
  const share_of_class_colours = (from: number, to: number) => {
    let hits = 0;
    for (let row = 0; row < rows; ++row) {
      for (let column = from; column < to; ++column) {
        const at = (row * columns + column) * 3;
        if (colours.has(rgb.slice(at, at + 3).join())) ++hits;
      }
    }
    return hits / (rows * (to - from));
  };
  expect(share_of_class_colours(0, columns / 2 - 2)).toBeLessThan(0.3);
  expect(share_of_class_colours(columns / 2 + 2, columns)).toBeGreaterThan(0.95);
});

const numbers_of = (page: Page) =>
  page
    .locator("live-view")
    .evaluate(({ dataset }: HTMLElement) => [dataset.sequence, dataset.mask, dataset.result]);

// Where inference is far behind, no mask is shown with the newest frame.
async function pause_with_mask(page: Page): Promise<void> {
  for (let round = 0; round < 20; ++round) {
    await page.waitForTimeout(400);
    await page.keyboard.press("Space");
    await expect(page.locator(".stage-paused")).toBeVisible();
    const [, mask] = await numbers_of(page);
    if (mask !== "") return;
    await page.keyboard.press("Space");
    await expect(page.locator(".stage-paused")).toBeHidden();
  }
  throw new Error("no frame has its mask");
}

test("solo and hide act on the picture at once, without a new mask", async ({ page, device }) => {
  await open(page, `/d/${device}?mode=mask&boxes=0`);
  await wait_for_picture(page, true);
  const items = page.locator("class-legend li[data-present=true]");
  await pause_with_mask(page);
  const colours = async () => {
    const { rgb } = await read_grid(page, columns, rows);
    const found = new Set<string>();
    for (let i = 0; i < rgb.length; i += 3) found.add(rgb.slice(i, i + 3).join());
    return found;
  };
  // A class of the paused picture: what is present has changed until the pause.
  const shown = await colours();
  const all = await items.locator("i").evaluateAll((elements) =>
    elements.map((element) =>
      getComputedStyle(element).backgroundColor.match(/\d+/g)!.slice(0, 3).join(),
    ),
  );
  const index = all.findIndex((one) => shown.has(one));
  expect(index, `${all.join(" ")} in ${[...shown].join(" ")}`).toBeGreaterThanOrEqual(0);
  const colour = all[index]!;
  const present = items.nth(index);
  await present.locator(".solo").click();
  await expect.poll(colours).toEqual(new Set([colour, "24,27,30"]));
  await present.locator(".solo").click();
  await present.locator(".hide").click();
  await expect.poll(async () => (await colours()).has(colour)).toBe(false);
  expect((await colours()).size).toBeGreaterThan(1);
});

test("paused, the picture, its mask and its result are of one frame", async ({ page, device }) => {
  await open(page, `/d/${device}`);
  await wait_for_picture(page, true);
  const frames = new Set<string>();
  for (let round = 0; round < 5; ++round) {
    await pause_with_mask(page);
    const [frame, mask, result] = await numbers_of(page);
    expect(frame).toMatch(/^\d+$/);
    expect([mask, result]).toEqual([frame, frame]);
    await page.waitForTimeout(200);
    expect(await numbers_of(page), "nothing comes in between").toEqual([frame, mask, result]);
    frames.add(frame!);
    await page.keyboard.press("Space");
    await expect(page.locator(".stage-paused")).toBeHidden();
  }
  expect(frames.size, "each time another one").toBeGreaterThan(3);
});

for (const codec of ["jpeg", "h264"]) {
  test(`each snapshot of ${codec} is picture, mask and result of one frame`, async ({
    page,
    stage,
  }) => {
    needs_program();
    const config = `${stage.folder}/site.yaml`;
    const camera = `{name: hall, source: "synthetic:1", codec: ${codec}, size: 320x180}`;
    writeFileSync(config, `model: fovea-factory\ncameras:\n  - ${camera}\n`);
    const state = `${stage.folder}/state`;
    const { url } = await stage.serve(
      ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
    );
    await open(page, `${url}/d/hall`);
    await wait_for_picture(page, true);
    const saved: { name: string; path: string }[] = [];
    page.on("download", (download) => {
      const name = download.suggestedFilename();
      void download.path().then((path) => saved.push({ name, path }));
    });
    const seen = new Set<string>();
    for (let round = 1; round <= 4; ++round) {
      if (round === 4) {
        await page.getByRole("button", { name: "Pause", exact: true }).click();
        await expect(page.locator(".stage-paused")).toBeVisible();
      }
      await page.getByRole("button", { name: /Snapshot/ }).click();
      await expect.poll(() => saved.length).toBe(3 * round);
      const files = saved.slice(-3);
      const number = /_frame-(\d+)\.jpg$/m.exec(files.map(({ name }) => name).join("\n"))?.[1];
      const names = files.map(({ name }) => name.replace(/^.*_(?=[a-z]+-\d)/, "")).sort();
      expect(names).toEqual([`frame-${number}.jpg`, `mask-${number}.png`, `result-${number}.json`]);
      const json = files.find(({ name }) => name.endsWith(".json"))!;
      const result = JSON.parse(readFileSync(json.path, "utf8"));
      expect(result).toMatchObject({ frameseq: Number(number), inferred: true });
      if (round === 4) expect((await numbers_of(page))[0]).toBe(number);
      seen.add(number!);
      await page.waitForTimeout(300);
    }
    expect(seen.size).toBeGreaterThan(2);
  });
}

test("a graphics card that goes away takes no picture with it", async ({ page, device }) => {
  test.skip(test.info().project.metadata.renderer !== "webgl2", "of WebGL");
  await page.addInitScript(() => {
    const get_context = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...given: unknown[]) {
      const context = Reflect.apply(get_context, this, given);
      if (given[0] === "webgl2") Object.assign(window, { gl: context });
      return context;
    } as typeof get_context;
  });
  await open(page, `/d/${device}?mode=overlay`);
  await wait_for_picture(page, true);
  const lose = () =>
    page.evaluate(() => {
      const { gl } = window as unknown as { gl: WebGL2RenderingContext };
      const extension = gl.getExtension("WEBGL_lose_context")!;
      Object.assign(window, { restore: () => extension.restoreContext() });
      extension.loseContext();
    });
  const is_moving = async () => {
    const before = await read_grid(page, 40, 22);
    await expect(async () => {
      expect((await read_grid(page, 40, 22)).rgb).not.toEqual(before.rgb);
    }).toPass({ timeout: 20_000 });
  };
  await lose();
  await is_moving();
  await page.evaluate(() => (window as unknown as { restore: () => void }).restore());
  await is_moving();
  expect(
    await page.evaluate(() => (window as unknown as { gl: WebGL2RenderingContext }).gl.isContextLost()),
  ).toBe(false);
});
