// A person with a page open: what appears there, and when.
//   node watch_page.mjs URL
// Prints a line of JSON once the page shows live pictures ({"seen": "picture"}) and for each alert
// as it appears in the list of events ({"seen": "alert", "text", "time", "ms", "words"}): `time` as
// it stands there, `ms` the browser's clock when it was there, `words` all that the page said then.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("@playwright/test");

const say = (seen) => process.stdout.write(`${JSON.stringify(seen)}\n`);

const browser = await chromium.launch({
  executablePath: process.env.FOVEA_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"],
});
const page = await browser.newPage({ ignoreHTTPSErrors: true });
page.on("pageerror", (error) => say({ seen: "error", text: String(error) }));
await page.exposeFunction("fovea_alert", (alert) => say({ seen: "alert", ...alert }));
await page.addInitScript(() => {
  const known = new Set();
  const look = () => {
    for (const item of document.querySelectorAll("event-list [data-kind=alert]")) {
      const text = item.querySelector("span").textContent;
      const time = item.querySelector("time").dateTime;
      if (known.has(time + text)) continue;
      known.add(time + text);
      window.fovea_alert({ text, time, ms: Date.now(), words: document.body.innerText });
    }
  };
  document.addEventListener("DOMContentLoaded", () =>
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true }),
  );
});
await page.goto(process.argv[2]);
const live = page.locator("live-view[data-sequence]").first();
await live.waitFor({ timeout: 60_000 });
// It has been open for a while: a browser that starts takes all of a small machine.
const begun = Number(await live.getAttribute("data-sequence"));
await page.waitForFunction(
  (sequence) => Number(document.querySelector("live-view")?.dataset.sequence) > sequence,
  begun + 30,
  { timeout: 60_000 },
);
say({ seen: "picture" });
process.stdin.resume();
process.stdin.on("end", () => void browser.close().then(() => process.exit(0)));
