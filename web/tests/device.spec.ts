import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, needs_program, open, test, wait_for_picture } from "./site.ts";
import type { Stage } from "./program.ts";
import { program } from "./program.ts";

async function serve(stage: Stage, ...more: string[]): Promise<string> {
  const { url } = await stage.serve(
    ...["site", "--listen", "127.0.0.1:0", "--state", `${stage.folder}/state`, ...more],
  );
  return url;
}

const card = (page: Page) => page.locator("device-card");
const mark = (page: Page) => page.locator(".panel-head .state-mark");

async function device_of(url: string, id: string) {
  return (await fetch(`${url}/api/v1/devices/${id}`)).json();
}

test("a device is paused for everybody and goes on", async ({ page, stage }) => {
  needs_program();
  const url = await serve(stage, "--camera", "yard=synthetic:1");
  await open(page, `${url}/d/yard`);
  await wait_for_picture(page);
  const box = page.getByLabel("Pause this device for everybody");
  await expect(box).not.toBeChecked();
  await box.check();
  await expect(mark(page)).toHaveAttribute("data-state", "paused");
  await expect(page.locator("stage-view")).toHaveAttribute("data-state", "paused");
  await expect(page.locator("live-view canvas.picture")).toBeHidden();
  await expect(page.locator(".stage-words")).toContainText("neither shown nor inferred");
  await page.reload();
  await expect(box).toBeChecked();
  await page.goto(url);
  const tile = page.locator("device-tile");
  await expect(tile).toHaveAttribute("data-state", "paused");
  await expect(tile.locator(".words")).toContainText("paused");
  await page.goto(`${url}/d/yard`);
  await box.uncheck();
  await expect(mark(page)).toHaveAttribute("data-state", "live");
  await wait_for_picture(page);
  expect((await device_of(url, "yard")).paused).toBe(false);
});

test("who does not see the page hears of changes, by the device's own name", async ({
  page,
  stage,
}) => {
  needs_program();
  const url = await serve(stage, "--camera", "yard=synthetic:1");
  const change = (patch: object) =>
    fetch(`${url}/api/v1/devices/yard`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(patch),
    });
  await open(page, url);
  await wait_for_picture(page);
  expect((await change({ name: "Hof" })).status).toBe(200);
  await expect(page.locator("device-tile .name")).toHaveText("Hof");
  const spoken = page.locator("body > [aria-live=polite] p").last();
  expect((await change({ paused: true })).status).toBe(200);
  await expect(spoken).toHaveText("Hof is paused");
  expect((await change({ paused: null })).status).toBe(200);
  await expect(spoken).toHaveText("Hof is live");
});

test("a device gets a name of its own, whatever is in it", async ({ page, stage }) => {
  needs_program();
  const url = await serve(stage, "--camera", "yard=synthetic:1");
  await open(page, `${url}/d/yard`);
  const heading = page.locator(".panel-head h1");
  await expect(heading).toHaveText("yard");
  const name = card(page).getByRole("textbox", { name: "Name" });
  const rename = card(page).getByRole("button", { name: "Rename" });
  await expect(rename).toBeDisabled();
  const words = `Hof <img src=x onerror="alert(1)"> & 門`;
  await name.fill(words);
  await rename.click();
  await expect(heading).toHaveText(words);
  await expect(heading).toHaveAttribute("title", "yard on the bus");
  await expect.poll(async () => (await device_of(url, "yard")).name).toBe(words);
  await page.goto(url);
  await expect(page.locator("device-tile .name")).toHaveText(words);
  await page.goto(`${url}/d/yard`);
  await name.fill("");
  await name.press("Enter");
  await expect(heading).toHaveText("yard");
});

test("the legend says how sure the model is of what it finds", async ({ page, stage }) => {
  needs_program();
  const config = `${stage.folder}/site.yaml`;
  const source = 'source: "synthetic:1"';
  writeFileSync(
    config,
    `model: fovea-factory\ncameras:\n  - {name: hall, ${source}}\n` +
      `  - {name: truth, ${source}, publish_truth: true}\n`,
  );
  const url = await serve(stage, "--config", config);
  await open(page, `${url}/d/hall`);
  const row = page.locator("class-legend li", { hasText: "floor" });
  await expect(row.locator(".certainty")).toHaveText(/^\d\d % sure$/);
  await expect(row).toHaveAttribute("title", /^floor: \d+ % sure$/);
  await expect(async () => {
    const { classes } = await (await fetch(`${url}/api/v1/devices/hall/result`)).json();
    const floor = classes.find(({ name }: { name: string }) => name === "floor");
    const shown = parseInt(await row.locator(".certainty").innerText());
    expect(Math.abs(shown - 100 * floor.confidence)).toBeLessThan(3);
  }).toPass();
  await page.goto(`${url}/d/truth`);
  await expect(row.locator(".certainty")).toHaveText("100 % sure");
});

test("only a device that is gone can be forgotten", async ({ page, stage }) => {
  needs_program();
  const bus = await stage.nats();
  const url = await serve(stage, "--site", "plant", "--bus", bus, "--camera", "hall=synthetic:2");
  const camera = stage.start(
    program,
    ...["camera", "--site", "plant", "--device", "yard", "--source", "synthetic:1", "--bus", bus],
  );
  await open(page, `${url}/d/yard`);
  await wait_for_picture(page);
  const forget = card(page).getByRole("button", { name: "Forget this device" });
  await expect(forget).toBeHidden();
  await camera.kill("SIGTERM");
  await expect(mark(page)).toHaveAttribute("data-state", "away");
  await forget.click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator(".panel-head h1")).toHaveText("yard");
  await forget.click();
  await page.getByRole("dialog").getByRole("button", { name: "Forget" }).click();
  await expect(page).toHaveURL(`${url}/`);
  await expect(page.locator("device-tile .name")).toHaveText(["hall"]);
  expect((await fetch(`${url}/api/v1/devices/yard`)).status).toBe(404);
});
