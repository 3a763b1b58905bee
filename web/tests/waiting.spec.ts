import { writeFileSync } from "node:fs";
import { expect, needs_program, open, test, wait_for_picture } from "./site.ts";
import { program } from "./program.ts";

test("an unknown device waits on the page until an admin accepts or ignores it", async ({
  page,
  stage,
}) => {
  needs_program();
  const bus = await stage.nats();
  const config = `${stage.folder}/site.yaml`;
  writeFileSync(config, `site: plant\nbus: ${bus}\nunknown_devices: ask\n`);
  const { url } = await stage.serve(
    ...["site", "--config", config, "--listen", "127.0.0.1:0", "--state", `${stage.folder}/state`],
  );
  for (const device of ["yard", "lane"]) {
    const source = ["--source", "synthetic:1", "--size", "160x90", "--bus", bus];
    stage.start(program, "camera", "--site", "plant", "--device", device, ...source);
  }
  await open(page, url);
  const waiting = page.locator("waiting-devices");
  await expect(waiting.locator("li")).toHaveCount(2);
  await expect(page.locator("device-tile")).toHaveCount(0);
  await waiting.getByRole("button", { name: "Ignore lane" }).click();
  await expect(waiting.locator("li")).toHaveCount(1);
  await waiting.getByRole("button", { name: "Accept camera yard" }).click();
  await expect(waiting).toBeHidden();
  await expect(page.locator("device-tile .name")).toHaveText(["yard"]);
  await wait_for_picture(page);
  await page.waitForTimeout(2500); // the ignored one has spoken again
  await expect(waiting).toBeHidden();
});

test("only admins are asked about unknown devices", async ({ page, stage }) => {
  needs_program();
  const bus = await stage.nats();
  const config = `${stage.folder}/site.yaml`;
  writeFileSync(config, `site: plant\nbus: ${bus}\nunknown_devices: ask\n`);
  const { url } = await stage.serve(
    ...["site", "--config", config, "--listen", "127.0.0.1:0", "--state", `${stage.folder}/state`],
  );
  const source = ["--source", "synthetic:1", "--size", "160x90", "--bus", bus];
  stage.start(program, "camera", "--site", "plant", "--device", "yard", ...source);
  await open(page, url);
  const waiting = page.locator("waiting-devices");
  await expect(waiting).toBeVisible();
  await page.evaluate(() => (document.documentElement.dataset.scope = "operate"));
  await expect(waiting).toBeHidden();
});
