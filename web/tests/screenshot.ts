// Makes the README's picture from the running demo of the synthetic hall:
//   FOVEA_PROGRAM=build/release/bin/fovea .venv/bin/node web/tests/screenshot.ts OUT.jpg
// Run it again when the page looks different; the picture is committed.
import { chromium } from "@playwright/test";
import { Stage } from "./program.ts";

const [out] = process.argv.slice(2);
if (!out || !process.env.FOVEA_PROGRAM) {
  throw new Error("usage: FOVEA_PROGRAM=build/release/bin/fovea node web/tests/screenshot.ts OUT.jpg");
}
const stage = new Stage();
const browser = await chromium.launch({
  executablePath: process.env.FOVEA_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"],
});
try {
  const { url } = await stage.serve("demo", "--listen", "127.0.0.1:0");
  const page = await browser.newPage({ viewport: { width: 1280, height: 424 }, colorScheme: "dark" });
  await page.goto(url);
  for (const view of [0, 1]) {
    const live = page.locator("live-view").nth(view);
    await live.waitFor();
    await page.waitForFunction(
      (index) => document.querySelectorAll("live-view")[index]?.hasAttribute("data-mask"),
      view,
      { timeout: 60_000 },
    );
  }
  await page.waitForTimeout(5000); // the rates are means over some seconds
  await page.screenshot({ path: out, type: "jpeg", quality: 82 });
} finally {
  await browser.close();
  await stage.close();
}
