import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, test, wait_for_picture } from "./site.ts";

const rules_of = async (site: string) =>
  (await (await fetch(`${site}/api/v1/rules`)).json()).rules as {
    name: string;
    device: string;
    enabled: boolean;
    operators: Record<string, Record<string, unknown>>[];
    from: string;
  }[];

async function begin(page: Page, device: string): Promise<void> {
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  await expect(page.locator("rule-list li").first()).toBeVisible();
  await page.getByRole("button", { name: "Draw a zone" }).click();
  await expect(page.locator("rule-editor form")).toBeVisible();
}

test("the demo's rule is listed, drawn, and raises an alert with its picture", async ({
  page,
  device,
}) => {
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  await expect(page.locator(`[data-rule="danger-${device}"]`)).toContainText(/person over [0-9.]+ % of the zone/);
  await expect(page.locator("zone-layer polygon")).toHaveCount(1);
  await expect(page.locator("zone-layer text")).toHaveText(`danger-${device}`);
  // Somebody enters every 20 seconds, and is said to the page as it happens.
  const alert = page.locator("event-list [data-kind=alert]").filter({ has: page.locator("img") });
  await expect(alert.first()).toContainText("person covers", { timeout: 60_000 });
  const image = alert.first().locator("img");
  await expect
    .poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth))
    .toBeGreaterThan(100);
  await expect(image).toHaveAttribute("alt", /The moment of: danger/);
});

test("a zone is drawn with the pointer, kept by the site, changed and removed", async ({
  page,
  site,
  device,
}) => {
  await begin(page, device);
  const zones = page.locator("zone-layer svg");
  const box = (await zones.boundingBox())!;
  for (const [x, y] of [
    [0.3, 0.3],
    [0.6, 0.3],
    [0.6, 0.7],
  ]) {
    await page.mouse.click(box.x + x! * box.width, box.y + y! * box.height);
  }
  await expect(page.locator("zone-layer circle")).toHaveCount(3);
  // The second corner goes a little to the right.
  const corner = (await page.locator("zone-layer circle").nth(1).boundingBox())!;
  await page.mouse.move(corner.x + corner.width / 2, corner.y + corner.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.3 * box.height, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator("zone-layer circle")).toHaveCount(3);

  const form = page.locator("rule-editor form");
  await form.getByLabel("Name").fill("by-hand");
  await form.getByLabel("Class").selectOption("person");
  await form.getByLabel("Alert above").fill("5");
  await form.getByLabel("For at least").fill("0.7");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.locator('[data-rule="by-hand"]')).toContainText(
    "person over 5 % of the zone for 0.7 s",
  );
  const made = (await rules_of(site)).find((rule) => rule.name === "by-hand")!;
  expect(made.device).toBe(device);
  const polygon = made.operators[0]!.zone!.polygon as [number, number][];
  expect(polygon).toHaveLength(3);
  expect(polygon[1]![0]).toBeGreaterThan(polygon[0]![0] + 0.25);
  expect(made.operators[1]!.threshold).toMatchObject({ above: 0.05, for_s: 0.7 });
  await expect(page.locator("zone-layer polygon")).toHaveCount(2);

  await page.getByRole("button", { name: "Edit by-hand" }).click();
  await form.getByLabel("Measure").selectOption({ label: "Number of boxes" });
  await form.getByLabel("Alert above").fill("1");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.locator('[data-rule="by-hand"]')).toContainText("more than 1 × person");

  await page.getByRole("button", { name: "Switch off by-hand" }).click();
  await expect(page.locator('[data-rule="by-hand"]')).toHaveAttribute("data-state", "off");
  await expect(page.locator("zone-layer polygon")).toHaveCount(1);
  await page.getByRole("button", { name: "Remove by-hand" }).click();
  await expect(page.locator('[data-rule="by-hand"]')).toHaveCount(0);
});

test("one press makes a rule that tells when the device goes away", async ({
  page,
  site,
  device,
}) => {
  await open(page, `/d/${device}`);
  const button = page.getByRole("button", { name: "Tell when it is away" });
  await button.click();
  await expect(button).toBeHidden();
  await expect(page.getByRole("button", { name: "Draw a zone" })).toBeFocused();
  const made = (await rules_of(site)).find((rule) => rule.operators[0]!.away)!;
  expect(made.device).toBe(device);
  expect(made.operators).toEqual([{ away: { for_s: 30, clear_s: 5 } }]);
  const item = page.locator(`[data-rule="${made.name}"]`);
  await expect(item).toContainText("away for 30 s");
  await expect(item).toHaveAttribute("data-state", "quiet");
  await expect(page.getByRole("button", { name: `Edit ${made.name}` })).toHaveCount(0);
  await page.getByRole("button", { name: `Remove ${made.name}` }).click();
  await expect(item).toHaveCount(0);
  await expect(button).toBeVisible();
});

test("a zone is drawn by keys alone, and axe finds nothing serious meanwhile", async ({
  page,
  site,
  device,
}) => {
  await begin(page, device);
  const add = page.getByRole("button", { name: "Add corner" });
  for (let i = 0; i < 4; ++i) {
    await add.focus();
    await page.keyboard.press("Enter");
  }
  const corners = page.locator("zone-layer circle");
  await expect(corners).toHaveCount(4);
  await expect(corners.nth(3)).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(corners).toHaveCount(3);
  await corners.first().focus();
  const before = await corners.first().getAttribute("aria-label");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowUp");
  await expect(corners.first()).not.toHaveAttribute("aria-label", before!);
  await expect(corners.first()).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`/d/${device}\\?`));

  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((item) => /serious|critical/.test(item.impact ?? ""));
  expect(serious.map((item) => `${item.id}: ${item.nodes.map((node) => node.html)}`)).toEqual([]);

  const name = page.locator("rule-editor").getByLabel("Name");
  await name.focus();
  await name.fill("by-keys");
  await page.keyboard.press("Enter");
  await expect(page.locator('[data-rule="by-keys"]')).toBeVisible();
  const made = (await rules_of(site)).find((rule) => rule.name === "by-keys")!;
  expect((made.operators[0]!.zone!.polygon as [number, number][])[0]).toEqual([0.34, 0.3]);
  await page.getByRole("button", { name: "Remove by-keys" }).press("Enter");
  await expect(page.locator('[data-rule="by-keys"]')).toHaveCount(0);
});

test("what the site refuses is said at the form; Escape leaves it", async ({
  page,
  device,
  errors,
}) => {
  await begin(page, device);
  const form = page.locator("rule-editor form");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByRole("alert")).toHaveText("The zone needs three corners at least.");
  for (let i = 0; i < 3; ++i) await form.getByRole("button", { name: "Add corner" }).click();
  for (const sink of await form.getByRole("checkbox").all()) await sink.uncheck();
  await form.getByLabel("Name").fill("nowhere");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByRole("alert")).toContainText("must name one sink at least");
  expect(errors.splice(0), "the browser's own word about the refusal").toEqual([
    expect.stringContaining("400 (Bad Request)"),
  ]);
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Draw a zone" })).toBeFocused();
  await expect(page.locator("zone-layer circle")).toHaveCount(0);
});
