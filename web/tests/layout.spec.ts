import AxeBuilder from "@axe-core/playwright";
import { devices } from "@playwright/test";
import { program, run } from "./program.ts";
import { expect, open, overflow, test, wait_for_picture } from "./site.ts";

for (const scheme of ["dark", "light"] as const) {
  test(`nothing serious for axe, ${scheme}`, async ({ page, device }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of ["/", `/d/${device}`, "/system"]) {
      await open(page, path);
      if (path === "/system") await expect(page.locator("pipeline-drawing svg")).toBeVisible();
      else await wait_for_picture(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter((item) => /serious|critical/.test(item.impact ?? ""));
      const report = serious.map((item) => `${item.id}: ${item.nodes.map((node) => node.html)}`);
      expect(report, path).toEqual([]);
    }
  });
}

test("up to nine tiles need no scrolling", async ({ page, device }) => {
  void device;
  for (const size of [
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ]) {
    await page.setViewportSize(size);
    await open(page, "/");
    await wait_for_picture(page);
    const room = await page
      .locator("wall-page")
      .evaluate((wall) => [wall.scrollHeight, wall.clientHeight]);
    expect(room[0]).toBeLessThanOrEqual(room[1]!);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  }
});

test("the system page shows where frames go, and filters its log", async ({ page, device }) => {
  await open(page, "/system");
  const drawing = page.locator("pipeline-drawing svg");
  await expect(drawing).toContainText(device);
  await expect(drawing).toContainText("Scheduler");
  await expect(page.locator("counter-table tbody tr").first()).toContainText("fovea_");
  await expect(page.locator("log-tail li").first()).toBeVisible();
  await page.getByLabel("Filter the log").fill("no line has this text");
  await expect(page.locator("log-tail ol")).toHaveText(/^No line/);
});

test("the snapshot is the camera's picture, the class map and the result", async ({
  page,
  device,
  stage,
}) => {
  await open(page, `/d/${device}`);
  await wait_for_picture(page, true);
  const folder = `${stage.folder}/snapshots`;
  const saved: string[] = [];
  page.on("download", (download) => {
    const name = download.suggestedFilename();
    void download.saveAs(`${folder}/${name}`).then(() => saved.push(name));
  });
  await page.getByRole("button", { name: /Snapshot/ }).click();
  await expect
    .poll(() => saved.map((name) => name.split(".").pop()).sort())
    .toEqual(["jpg", "json", "png"]);
  if (!program) return;
  // As the docs say: a folder of them is data to train with and to measure by.
  const data = ["--data", `folder:${folder}`];
  const said = JSON.parse(await run("evaluate", "--model", "fovea-factory", ...data, "--json"));
  expect(said.pictures.map(({ name }: { name: string }) => name.split("/").pop())).toEqual(
    saved.filter((name) => name.endsWith(".jpg")),
  );
  expect(said.pixel_accuracy, "the mask is what this model sees there").toBeGreaterThan(0.9);
});

for (const name of ["Pixel 7", "Pixel 7 landscape"]) {
  test.describe(name, () => {
    const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices[name]!;
    test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch });

    test("no page overflows to the side", async ({ page, device }) => {
      for (const path of ["/", `/d/${device}`, "/system"]) {
        await open(page, path);
        if (path === "/system") await expect(page.locator("pipeline-drawing svg")).toBeVisible();
        else await wait_for_picture(page);
        expect(await overflow(page), path).toBeLessThanOrEqual(0);
      }
    });

    test("the controls are inside the window, the panel is a sheet", async ({ page, device }) => {
      await open(page, `/d/${device}`);
      await wait_for_picture(page);
      const { width, height } = viewport!;
      for (const button of await page.locator("stage-bar button:visible").all()) {
        const box = (await button.boundingBox())!;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
      }
      await page.getByRole("button", { name: "Classes, model and events" }).click();
      await expect(page.locator("class-legend")).toBeInViewport();
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await expect(page.locator("class-legend")).not.toBeInViewport();
    });
  });
}
