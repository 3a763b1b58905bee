import { defineConfig } from "@playwright/test";

// One browser at a time: software rendering on a small machine is slow enough, so the limits are
// generous. The two projects differ in what draws the masks.
const browser_args = ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"];

export default defineConfig({
  testDir: "tests",
  testMatch: "*.spec.ts",
  outputDir: "../test-results/web",
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.FOVEA_CHROMIUM ?? "/usr/bin/chromium",
      args: browser_args,
    },
  },
  projects: [
    { name: "webgl2", metadata: { renderer: "webgl2" } },
    { name: "2d", metadata: { renderer: "2d" }, testMatch: "drawing.spec.ts" },
  ],
});
