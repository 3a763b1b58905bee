import { test as base, expect } from "@playwright/test";
import type { Page } from "@playwright/test";
import type { LiveView } from "../src/view/live_view.ts";
import { Stage, program } from "./program.ts";

interface Fixtures {
  errors: string[];
  device: string; // the first device of the site
  stage: Stage; // for tests that start programs of their own
}

// One demo for all tests of a worker; `?renderer=2d` in the canvas's project. A page that writes
// an error to its console fails its test.
export const test = base.extend<Fixtures, { site: string }>({
  site: [
    async ({}, use) => {
      const given = process.env.FOVEA_WEB_URL;
      if (given) return use(given.replace(/\/$/, ""));
      if (!program) throw new Error("Neither FOVEA_PROGRAM nor FOVEA_WEB_URL is set.");
      const stage = new Stage();
      try {
        const { url } = await stage.serve("demo", "--listen", "127.0.0.1:0");
        await use(url);
      } finally {
        await stage.close();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ site }, use) => use(site),
  // Looked at before the stage's programs end: a page that polls one of them would write an error.
  errors: [
    async ({ page, stage: _ }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await use(errors);
      expect(errors, "errors on the page's console").toEqual([]);
    },
    { auto: true },
  ],
  device: async ({ site }, use) => {
    await expect(async () => {
      const { devices } = await (await fetch(`${site}/api/v1/devices`)).json();
      expect(devices.map((device: { state: string }) => device.state)).toContain("live");
    }).toPass({ timeout: 60_000 });
    const { devices } = await (await fetch(`${site}/api/v1/devices`)).json();
    await use(devices[0].id);
  },
  stage: async ({}, use) => {
    const stage = new Stage();
    await use(stage);
    await stage.close();
  },
});

export { expect };

export const needs_program = () =>
  test.skip(!program, "needs the program (a site was given by FOVEA_WEB_URL)");

// With the renderer of this project, and checks that it is the one in use.
export async function open(page: Page, path: string): Promise<void> {
  const renderer = test.info().project.metadata.renderer as string;
  const separator = path.includes("?") ? "&" : "?";
  await page.goto(renderer === "2d" ? `${path}${separator}renderer=2d` : path);
  await expect(page.locator("html")).toHaveAttribute("data-renderer", renderer);
}

// Waits until the first live view has drawn a frame and (where asked) a mask.
export async function wait_for_picture(page: Page, mask = false): Promise<void> {
  const live = page.locator("live-view").first();
  await expect(live).toHaveAttribute("data-sequence", /\d/, { timeout: 60_000 });
  if (mask) await expect(live).toHaveAttribute("data-mask", /\d/, { timeout: 60_000 });
}

export interface Picture {
  width: number;
  height: number;
  rgb: number[]; // of a grid of points over the picture, row by row
}

// The page's own pixels at the middles of a `columns` x `rows` grid laid over the picture.
export function read_grid(page: Page, columns: number, rows: number): Promise<Picture> {
  return page.evaluate(
    ([columns, rows]) => {
      const live = document.querySelector("live-view") as LiveView;
      const canvas = live.querySelector<HTMLCanvasElement>("canvas.picture")!;
      const { x, y, width, height } = live.placed;
      const image = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      const rgb: number[] = [];
      for (let row = 0; row < rows!; ++row) {
        for (let column = 0; column < columns!; ++column) {
          const px = Math.floor(x + ((column + 0.5) / columns!) * width);
          const py = Math.floor(y + ((row + 0.5) / rows!) * height);
          const at = (py * canvas.width + px) * 4;
          rgb.push(image.data[at]!, image.data[at + 1]!, image.data[at + 2]!);
        }
      }
      return { width: columns!, height: rows!, rgb };
    },
    [columns, rows],
  );
}

export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
