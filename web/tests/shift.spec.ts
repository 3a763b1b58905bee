import { writeFileSync } from "node:fs";
import { devices } from "@playwright/test";
import type { Page } from "@playwright/test";
import { expect, needs_program, open, test, wait_for_picture } from "./site.ts";
import type { Stage } from "./program.ts";

interface Shift {
  value: number;
  moved: string[];
}

// Half of what Chromium calls good; what is measured stays well below it.
const shift_max = 0.05;

// What moves on this page from its next address on without anybody having asked for it.
async function watch_shifts(page: Page): Promise<() => Promise<Shift[]>> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    const name = (node: Node | null | undefined) => {
      const element = node instanceof Element ? node : node?.parentElement;
      return element ? `${element.localName}.${element.className}` : "(gone)";
    };
    const rect = ({ x, y, width, height }: DOMRectReadOnly) => `${x},${y} ${width}x${height}`;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        const moved = entry.sources.map(
          ({ node, previousRect, currentRect }) =>
            `${name(node)} from ${rect(previousRect)} to ${rect(currentRect)}`,
        );
        shifts.push({ value: entry.value, moved });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () => page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node?: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

async function serve_halls(stage: Stage): Promise<string> {
  const config = `${stage.folder}/site.yaml`;
  const names = ["hall-1", "hall-2", "hall-3", "hall-4"];
  const cameras = names.map(
    (name, i) => `  - {name: ${name}, source: "synthetic:${i + 1}", fps: 5}\n`,
  );
  writeFileSync(config, `model: fovea-factory\nfps_max: 2\ncameras:\n${cameras.join("")}`);
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
  );
  return url;
}

async function expect_calm(shifts: Shift[]): Promise<void> {
  const sum = shifts.reduce((all, { value }) => all + value, 0);
  const report = shifts.map(({ value, moved }) => `${value.toFixed(4)}: ${moved.join("; ")}`);
  if (process.env.FOVEA_SHIFTS) console.log(sum.toFixed(4), report);
  expect(sum, report.join("\n")).toBeLessThan(shift_max);
}

const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices["Pixel 7"]!;
for (const [name, use] of [
  ["a laptop", { viewport: { width: 1280, height: 720 } }],
  ["a wall", { viewport: { width: 1920, height: 1080 } }],
  ["a phone", { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch }],
] as const) {
  test.describe(`on ${name}`, () => {
    test.use(use);

    // The site has only just started: cameras connect and the model loads while somebody looks.
    for (const path of ["/", "/d/hall-2"]) {
      test(`nothing moves at ${path} while streams start`, async ({ page, stage }) => {
        needs_program();
        const shifts = await watch_shifts(page);
        await open(page, `${await serve_halls(stage)}${path}`);
        await wait_for_picture(page, true);
        await page.waitForTimeout(3000); // rates, rules and events come in
        await expect_calm(await shifts());
      });
    }

    test("nothing moves when a device is opened", async ({ page, stage }) => {
      needs_program();
      const url = await serve_halls(stage);
      await open(page, url);
      await wait_for_picture(page, true);
      const shifts = await watch_shifts(page);
      await open(page, `${url}/d/hall-2`);
      await wait_for_picture(page, true);
      await page.waitForTimeout(3000);
      await expect_calm(await shifts());
    });
  });
}
