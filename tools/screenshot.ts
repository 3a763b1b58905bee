// See tools/screenshot.
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import type { Browser } from "@playwright/test";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: "string" },
    wait: { type: "string", default: "45" },
    light: { type: "boolean", default: false },
    size: { type: "string", default: "1280x800" },
  },
});
const [program, output] = positionals;
if (!program || !output) {
  console.error(
    "Usage: tools/screenshot FOVEA OUTPUT.png [--path PATH] [--wait SECONDS] [--light]",
  );
  process.exit(2);
}

process.env.FOVEA_PROGRAM = program;
const { Stage } = await import("../web/tests/program.ts");
const require = createRequire(new URL("../web/package.json", import.meta.url));
const { chromium } = require("@playwright/test") as typeof import("@playwright/test");

async function first_device(site: string): Promise<string> {
  for (;;) {
    const { devices } = await (await fetch(`${site}/api/v1/devices`)).json();
    const live = devices.find((device: { state: string }) => device.state === "live");
    if (live) return `/d/${live.id}`;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function take(browser: Browser, site: string): Promise<void> {
  const [width, height] = values.size.split("x").map(Number);
  const colorScheme = values.light ? "light" : "dark";
  const viewport = { width: width!, height: height! };
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(site + (values.path ?? (await first_device(site))));
  const drawn = page.locator("live-view[data-mask]:not([data-mask=''])").first();
  await drawn.waitFor({ timeout: 60_000 });
  await page.waitForTimeout(Number(values.wait) * 1000); // for the plots to fill
  await page.screenshot({ path: output! });
}

const stage = new Stage();
try {
  const { url } = await stage.serve("demo", "--scene", "hall", "--listen", "127.0.0.1:0");
  const browser = await chromium.launch({
    executablePath: process.env.FOVEA_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--enable-unsafe-swiftshader"],
  });
  await take(browser, url);
  await browser.close();
} finally {
  await stage.close();
}
