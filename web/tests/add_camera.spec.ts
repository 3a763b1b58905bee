import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Stage } from "./program.ts";
import { expect, needs_program, overflow, test, wait_for_picture } from "./site.ts";

const python = "/usr/bin/python3"; // a venv does not see Debian's gi
const script = fileURLToPath(new URL("../../src/testing/rtsp_server.py", import.meta.url));

function has_rtsp_server(): boolean {
  try {
    const probe = "import gi; gi.require_version('GstRtspServer', '1.0')";
    execFileSync(python, ["-c", probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function free_port(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

// A camera with a password, and an empty site.
async function start(stage: Stage): Promise<{ camera: string; url: string }> {
  needs_program();
  test.skip(!has_rtsp_server(), "needs GStreamer's RTSP server");
  const port = await free_port();
  const server = stage.start(python, script, String(port), "sound:", "viewer", "s3cret:@");
  await server.wait_for(/ready/);
  const state = join(stage.folder, "state");
  const { url } = await stage.serve("site", "--listen", "127.0.0.1:0", "--state", state);
  return { camera: `127.0.0.1:${port}/video`, url };
}

async function no_findings(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
}

test("a first camera by keyboard: tried, mended, added, removed", async ({
  page,
  stage,
  errors,
}) => {
  const { camera, url } = await start(stage);
  await page.goto(url);
  const open = page.locator("empty-wall").getByRole("button", { name: "Add camera" });
  await open.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add camera" });
  await expect(dialog.getByLabel("Address")).toBeFocused();
  await no_findings(page);
  await page.keyboard.type(camera);
  await page.keyboard.press("Enter");
  const alert = dialog.getByRole("alert");
  await expect(alert).toContainText("asks for a user and a password.", { timeout: 30_000 });
  await expect(dialog.getByLabel("Address"), "what is to be mended").toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type("viewer");
  await page.keyboard.press("Tab");
  await page.keyboard.type("s3cret:@");
  await page.keyboard.press("Enter");
  const found = dialog.getByRole("status");
  await expect(found).toContainText("It works.", { timeout: 30_000 });
  await expect(found).toContainText("h264, 320 × 240");
  await expect(found).toContainText("it is left out");
  const picture = found.getByRole("img", { name: "Its picture" });
  await expect(picture).toHaveJSProperty("naturalWidth", 320);
  await no_findings(page);
  await expect(dialog.getByRole("button", { name: "Add", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  const tile = page.locator("device-tile");
  await expect(tile).toContainText("camera-1", { timeout: 30_000 });
  await wait_for_picture(page);
  expect(errors.splice(0).join(), "the browser's own words on the 422").toContain("422");

  await page.keyboard.press("g");
  const card = page.locator("[data-card='cameras']");
  await expect(card).toContainText("rtsp://***@127.0.0.1");
  await card.getByRole("button", { name: "Remove camera-1" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(card).toContainText("None; devices come over the bus.");
});

test("what is no camera, a name that is taken, and giving up", async ({ page, stage, errors }) => {
  const { camera, url } = await start(stage);
  await page.setViewportSize({ width: 412, height: 839 });
  await page.goto(url);
  await expect(page.locator("empty-wall")).toBeVisible();
  await page.keyboard.press("a");
  const dialog = page.getByRole("dialog", { name: "Add camera" });
  const alert = dialog.getByRole("alert");
  await dialog.getByLabel("Address").fill("http://127.0.0.1/video");
  await dialog.getByRole("button", { name: "Try it" }).click();
  await expect(alert).toContainText("rtsp://");
  await expect(dialog.getByRole("button", { name: "all the same" })).toBeHidden();
  await dialog.getByLabel("Address").fill("no-such-camera.invalid/x");
  await dialog.getByRole("button", { name: "Try it" }).click();
  await expect(alert).toContainText("No host is called 'no-such-camera.invalid'.", {
    timeout: 30_000,
  });
  expect(await overflow(page), "on a phone").toBeLessThanOrEqual(0);
  await dialog.getByLabel("Name here").fill("later");
  await dialog.getByRole("button", { name: "all the same" }).click();
  await expect(page.locator("device-tile")).toContainText("later", { timeout: 30_000 });

  await page.getByRole("button", { name: "Add camera" }).click();
  await dialog.getByLabel("Address").fill(`rtsp://viewer:s3cret%3A%40@${camera}`);
  await dialog.getByLabel("Name here").fill("later");
  await dialog.getByRole("button", { name: "Try it" }).click();
  await dialog.getByRole("button", { name: "Add", exact: true }).click({ timeout: 30_000 });
  await expect(alert).toContainText("already");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  expect(errors.splice(0).join(), "the browser's own words").toMatch(/4\d\d/);
});

test("an empty wall says when the bus is away, and when it is back", async ({ page, stage }) => {
  needs_program();
  const port = await free_port();
  const state = join(stage.folder, "state");
  const { url } = await stage.serve(
    ...["site", "--listen", "127.0.0.1:0", "--state", state, "--bus", `nats://127.0.0.1:${port}`],
  );
  await page.goto(url);
  const trouble = page.locator("empty-wall > .problem");
  await expect(trouble).toContainText(`no connection to its bus nats://127.0.0.1:${port}`);
  stage.start("nats-server", "-a", "127.0.0.1", "-p", String(port));
  await expect(trouble).toBeHidden();
});
