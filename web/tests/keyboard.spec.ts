import { expect, open, test, wait_for_picture } from "./site.ts";

test("every page and mode is reached by keys, and the address says which", async ({
  page,
  device,
}) => {
  await open(page, "/");
  await expect(page.locator("device-tile").first()).toBeVisible();
  await page.keyboard.press("1");
  await expect(page).toHaveURL(new RegExp(`/d/${device}\\?mode=`));
  for (const [key, mode] of [
    ["s", "split"],
    ["m", "mask"],
    ["v", "video"],
    ["o", "overlay"],
  ]) {
    await page.keyboard.press(key!);
    await expect(page).toHaveURL(new RegExp(`mode=${mode}`));
    await expect(page.getByRole("radio", { checked: true })).toHaveText(new RegExp(mode!, "i"));
  }
  await page.keyboard.press("b");
  await expect(page).toHaveURL(/boxes=0/);
  await page.keyboard.press("l");
  await expect(page).toHaveURL(/lock=1/);
  await page.keyboard.press("ArrowRight");
  await expect(page).not.toHaveURL(new RegExp(`/d/${device}\\?`));
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(new RegExp(`/d/${device}\\?`));
  await page.keyboard.press("g");
  await expect(page).toHaveURL(/\/system$/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page).toHaveURL(/\/$/);
});

test("+, - and 0 zoom around the middle", async ({ page, device }) => {
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  for (const [key, zoom] of [
    ["+", "1.50"],
    ["+", "2.25"],
    ["-", "1.50"],
    ["=", "2.25"],
  ]) {
    await page.keyboard.press(key!);
    await expect(page).toHaveURL(new RegExp(`zoom=${zoom},0\\.500,0\\.500`));
  }
  await page.keyboard.press("0");
  await expect(page).not.toHaveURL(/zoom=/);
});

test("f fills the screen with the page, or with a device's picture", async ({ page, device }) => {
  const filled = () =>
    page.evaluate(() => {
      const element = document.fullscreenElement;
      return element && (element.className || element.localName);
    });
  await open(page, "/");
  await wait_for_picture(page);
  await page.keyboard.press("f");
  await expect.poll(filled).toBe("html");
  await page.keyboard.press("f");
  await expect.poll(filled).toBe(null);
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  await page.keyboard.press("f");
  await expect.poll(filled).toBe("stage-column");
  await expect(page.locator("stage-bar")).toBeInViewport();
  await expect(page.locator("trend-plots")).toBeHidden();
  await page.keyboard.press("f");
  await expect.poll(filled).toBe(null);
  await expect(page.locator("trend-plots")).toBeVisible();
});

test("tiles are walked by arrows and opened by Enter", async ({ page, device }) => {
  await open(page, "/");
  await expect(page.locator("device-tile").first()).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("device-tile a").first()).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("device-tile a").nth(1)).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/d/${device}`));
});

test("space freezes the picture and goes on", async ({ page, device }) => {
  await open(page, `/d/${device}`);
  await wait_for_picture(page);
  const live = page.locator("live-view");
  await page.keyboard.press("Space");
  await expect(page.locator(".stage-paused")).toBeVisible();
  const frozen = await live.getAttribute("data-sequence");
  await page.waitForTimeout(1500);
  expect(await live.getAttribute("data-sequence")).toBe(frozen);
  await page.keyboard.press("Space");
  await expect(live).not.toHaveAttribute("data-sequence", frozen!);
});

test("reload and a shared address bring the same view back", async ({ page, device, context }) => {
  const path = `/d/${device}?mode=mask&lock=1&zoom=2.00,0.400,0.600&hide=1`;
  await open(page, path);
  await wait_for_picture(page);
  await page.reload();
  await expect(page).toHaveURL(/zoom=2\.00,0\.400,0\.600/);
  await expect(page.getByRole("radio", { checked: true })).toHaveText("Mask");
  await page.keyboard.press("v");
  const bare = await context.newPage();
  await bare.goto(`/d/${device}`);
  await expect(bare, "the browser keeps mode and lock, not the zoom").toHaveURL(/mode=video/);
  await expect(bare).toHaveURL(/lock=1/);
  await expect(bare).not.toHaveURL(/zoom=/);
});
