// Measures the page in a real browser against the real program, all on this machine:
//   FOVEA_PROGRAM=build/release/bin/fovea .venv/bin/node web/tests/measure.ts [--quick] [--json] [--check]
// `./dev bench page` is that. Glass to glass: a synthetic camera paints its capture time into the
// picture (src/video/picture_clock.h), and the page's own pixels are read, right after they were drawn,
// against the page's clock. JSON as `fovea bench NAME --json` prints it.
import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { cpus, release, totalmem } from "node:os";
import { chromium } from "@playwright/test";
import type { Browser, Page } from "@playwright/test";
import type { LiveView } from "../src/view/live_view.ts";
import { Stage } from "./program.ts";

interface Metric {
  name: string;
  value: number;
  unit: string;
  goal: number | null; // at most
  met: boolean | null;
  spread: number;
  note: string;
}

const flags = new Set(process.argv.slice(2));
const quick = flags.has("--quick");
const seconds = quick ? 6 : 30; // of each glass-to-glass measurement
const openings = quick ? 3 : 9; // of the page
const codecs = ["jpeg", "h264"] as const;

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

const metrics: Metric[] = [];

function add(
  name: string,
  values: number[],
  share: number,
  unit: string,
  note: string,
  goal: number | null = null,
): void {
  const value = percentile(values, share);
  if (Number.isNaN(value)) throw new Error(`${name}: nothing was measured`);
  const spread = percentile(values, 0.75) - percentile(values, 0.25);
  metrics.push({ name, value, unit, goal, met: goal === null ? null : value <= goal, spread, note });
}

interface Glass {
  ages: number[]; // ms
  misread: number; // pictures whose clock could not be read
  renderer: string;
}

// Runs in the page: reads the clock from each new picture for a while.
function watch_glass(limit_ms: number): Promise<Glass> {
  const live = document.querySelector("live-view") as LiveView;
  const canvas = live.querySelector<HTMLCanvasElement>("canvas.picture")!;
  const cells = 48;
  const strip = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  const ages: number[] = [];
  let misread = 0;
  let last = "";
  const read = () => {
    const now = Date.now();
    const { sequence = "" } = live.dataset;
    if (!sequence || sequence === last) return;
    last = sequence;
    const { x, y, width } = live.placed;
    strip.canvas.width = Math.floor(width);
    strip.drawImage(canvas, x, y + width / cells, width, 1, 0, 0, strip.canvas.width, 1);
    const { data } = strip.getImageData(0, 0, strip.canvas.width, 1);
    const bits: number[] = [];
    for (let i = 0; i < cells; ++i) {
      const at = Math.floor(((i + 0.5) * strip.canvas.width) / cells) * 4;
      bits.push(data[at + 1]! > 127 ? 1 : 0);
    }
    let check = 0;
    for (let i = cells - 4; i >= 2; i -= 4) check ^= parseInt(bits.slice(Math.max(2, i), i + 4).join(""), 2);
    check ^= parseInt(bits.slice(2, 2 + ((cells - 2) % 4)).join(""), 2);
    if (bits[0] !== 1 || bits[1] !== 0 || check !== 0) {
      ++misread;
      return;
    }
    ages.push(now - parseInt(bits.slice(2, cells - 4).join(""), 2));
  };
  strip.canvas.height = 1;
  const stop = live.drawn.on(read);
  return new Promise((resolve) =>
    setTimeout(() => {
      stop();
      resolve({ ages, misread, renderer: live.dataset.renderer ?? "" });
    }, limit_ms),
  );
}

async function measure_glass(page: Page, url: string, codec: string): Promise<string> {
  await page.goto(`${url}/d/${codec}?mode=video`);
  const live = page.locator("live-view[data-sequence]:not([data-sequence=''])").first();
  await live.waitFor({ timeout: 60_000 });
  await page.waitForTimeout(3000); // the opening of the page is measured elsewhere
  const { ages, misread, renderer } = await page.evaluate(watch_glass, seconds * 1000);
  const shown = await page.locator("video-card").getAttribute("data-codec");
  if (shown !== codec) throw new Error(`the page plays ${shown} instead of ${codec}`);
  if (misread > ages.length / 10) throw new Error(`the clock of ${misread} pictures was not read`);
  const what = `captured to drawn on the page's canvas, ${codec === "jpeg" ? "JPEG" : "H.264"}`;
  add(`glass_${codec}_p50`, ages, 0.5, "ms", what, 100);
  add(`glass_${codec}_p99`, ages, 0.99, "ms", `the same, of ${ages.length} pictures`);
  add(`glass_${codec}_fps`, [ages.length / seconds], 0.5, "frames/s", "pictures drawn; the camera makes 15");
  return renderer;
}

// Of a new browser window with nothing stored, each time.
async function measure_opening(browser: Browser, url: string): Promise<Set<string>> {
  const scripts = new Set<string>();
  const firsts: number[] = [];
  for (let i = 0; i < openings; ++i) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.on("request", (request) => {
      if (new URL(request.url()).pathname.endsWith(".js")) scripts.add(request.url());
    });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        const drawn = document.querySelector("live-view[data-sequence]:not([data-sequence=''])");
        if (drawn) document.documentElement.dataset.firstPicture = String(performance.now());
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(`${url}/`, { waitUntil: "commit" });
    const marked = page.locator("html[data-first-picture]");
    await marked.waitFor({ state: "attached", timeout: 60_000 });
    firsts.push(Number(await marked.getAttribute("data-first-picture")));
    await context.close();
  }
  add("first_picture", firsts, 0.5, "ms", "navigation to the first picture on the wall, nothing cached", 1000);
  add("first_picture_worst", firsts, 1, "ms", `the slowest of ${openings}`);
  return scripts;
}

function compressed_bytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "gzip" } }, (response) => {
      let bytes = 0;
      response.on("data", (data: Buffer) => (bytes += data.length));
      response.on("end", () => resolve(bytes));
    }).on("error", reject);
  });
}

async function measure_scripts(urls: Set<string>): Promise<void> {
  let bytes = 0;
  for (const url of urls) bytes += await compressed_bytes(url);
  add("script", [bytes / 1024], 0.5, "KiB", `${urls.size} scripts as the site sends them, compressed`, 150);
}

function print(machine: string): void {
  if (flags.has("--json")) {
    console.log(JSON.stringify({ benchmark: "page", machine, metrics }, null, 2));
    return;
  }
  console.log(`page on ${machine}`);
  for (const { name, value, unit, spread, goal, met } of metrics) {
    const verdict = goal === null ? "" : `goal <= ${goal}: ${met ? "met" : "MISSED"}`;
    const number = value.toFixed(3).padStart(10);
    console.log(`  ${name.padEnd(34)} ${number} ${unit.padEnd(10)} (spread ${spread.toFixed(3)})  ${verdict}`);
  }
}

if (!process.env.FOVEA_PROGRAM) {
  throw new Error("usage: FOVEA_PROGRAM=build/release/bin/fovea node web/tests/measure.ts [--json]");
}
const stage = new Stage();
const browser = await chromium.launch({
  executablePath: process.env.FOVEA_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"],
});
try {
  const config = `${stage.folder}/site.yaml`;
  const cameras = codecs.map(
    (codec) => `  - {name: ${codec}, source: "synthetic:1?clock=on", codec: ${codec}}\n`,
  );
  writeFileSync(config, `cameras:\n${cameras.join("")}`);
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", `${stage.folder}/state`, "--listen", "127.0.0.1:0"],
  );
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  let renderer = "";
  for (const codec of codecs) renderer = await measure_glass(page, url, codec);
  await page.close();
  await measure_scripts(await measure_opening(browser, url));
  const processor = cpus()[0]!.model;
  const memory = (totalmem() / 2 ** 30).toFixed(1);
  print(
    `${processor}, ${cpus().length} cores, ${memory} GiB, Linux ${release()}; ` +
      `Chromium ${browser.version()}, ${renderer} in software`,
  );
} finally {
  await browser.close();
  await stage.close();
}
process.exitCode = flags.has("--check") && metrics.some(({ met }) => met === false) ? 1 : 0;
