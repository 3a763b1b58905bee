import { writeFileSync } from "node:fs";
import { expect, needs_program, open, read_grid, test, wait_for_picture } from "./site.ts";
import type { Stage } from "./program.ts";

async function serve_yard(stage: Stage): Promise<string> {
  const config = `${stage.folder}/site.yaml`;
  writeFileSync(
    config,
    'cameras:\n  - {name: yard, source: "synthetic:1", privacy: ["0.5,0 1,0 1,0.5 0.5,0.5"]}\n',
  );
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
  );
  return url;
}

test("a privacy area is black in the picture and hatched over it", async ({ page, stage }) => {
  needs_program();
  const url = await serve_yard(stage);
  await open(page, `${url}/d/yard?mode=video`);
  await wait_for_picture(page);
  await expect(async () => {
    const { rgb } = await read_grid(page, 8, 8);
    const level = (column: number, row: number) => {
      const at = (row * 8 + column) * 3;
      return Math.max(...rgb.slice(at, at + 3));
    };
    for (const x of [4, 5, 6, 7]) {
      for (const y of [0, 1, 2, 3]) expect(level(x, y), `${x},${y}`).toBeLessThan(24);
    }
    expect(level(1, 6)).toBeGreaterThan(40);
    const hatched = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("live-view canvas.boxes")!;
      const { width, height } = canvas;
      const context = canvas.getContext("2d")!;
      const drawn = (x: number) => {
        const { data } = context.getImageData(x, 0, width / 2 - 4, height);
        return data.some((value, i) => i % 4 === 3 && value > 0);
      };
      return [drawn(0), drawn(width / 2 + 2)];
    });
    expect(hatched).toEqual([false, true]);
  }).toPass({ timeout: 20_000 });
});

test("gating is switched on the device's page and reset there", async ({ page, stage }) => {
  needs_program();
  const url = await serve_yard(stage);
  await open(page, `${url}/d/yard`);
  const gating = async () => {
    const details = await (await fetch(`${url}/api/v1/devices/yard`)).json();
    return details.settings.gating as { value: boolean; from: string };
  };
  const box = page.getByLabel("Infer only what has changed");
  const reset = page.locator("setting-switch").first().getByRole("button", { name: "Reset" });
  await expect(box).toBeChecked();
  await expect(reset).toBeHidden();
  await box.uncheck();
  await expect.poll(gating).toEqual({ value: false, from: "state" });
  await expect(reset).toBeVisible();
  await reset.click();
  await expect.poll(gating).toEqual({ value: true, from: "default" });
  await expect(box).toBeChecked();
});
