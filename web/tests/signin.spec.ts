import AxeBuilder from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "./program.ts";
import type { Stage } from "./program.ts";
import { expect, needs_program, overflow, test, wait_for_picture } from "./site.ts";

test.use({ ignoreHTTPSErrors: true }); // the certificate is self-signed

const password = "correct horse battery";

// A site over TLS that asks everybody to sign in, with these users; "wall:view" is one with that
// right, without it is an admin.
async function serve(stage: Stage, ...users: string[]): Promise<string> {
  needs_program();
  const state = join(stage.folder, "state");
  for (const [user, role] of users.map((text) => text.split(":"))) {
    execFileSync(
      program,
      ["user", "add", user!, "--role", role ?? "admin", "--state", state, "--password-stdin"],
      { input: `${password}\n` },
    );
  }
  const config = join(stage.folder, "site.yaml");
  writeFileSync(
    config,
    `listen: 127.0.0.1:0\nstate: ${state}\nsign_in: always\ntls: {self_signed: true}\n` +
      "cameras:\n  - {name: hall, source: 'synthetic:1'}\n",
  );
  return (await stage.serve("site", "--config", config)).url;
}

async function sign_in(page: Page, url: string, user: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Name").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator(".account")).toContainText(user);
}

// Another browser; its page's errors are not this test's.
async function other_browser(browser: Browser): Promise<Page> {
  return (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
}

test("signing in by keyboard leads to the page that was asked for, and out again", async ({
  page,
  stage,
}) => {
  const url = await serve(stage, "anna");
  await page.goto(`${url}/d/hall`);
  await expect(page).toHaveURL(/\/signin\?next=\/d\/hall$/);
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("anna");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/d\/hall/);
  await expect(page.locator(".account")).toContainText("Signed in as anna");
  await wait_for_picture(page);
  await page.getByRole("button", { name: "Sign out" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/signin$/);
  await page.goto(`${url}/system`);
  await expect(page).toHaveURL(/\/signin\?next=\/system$/);
});

test("what is wrong is said, spoken and mended by keyboard", async ({ page, stage, errors }) => {
  const url = await serve(stage, "anna");
  await page.goto(url);
  const alert = page.getByRole("alert");
  await page.keyboard.press("Enter");
  await expect(alert).toHaveText("A name is needed.");
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("anna");
  await page.keyboard.press("Tab");
  await page.keyboard.type("not this one");
  await page.keyboard.press("Enter");
  await expect(alert).toHaveText("Name or password is wrong.");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  expect(errors.splice(0).join(), "the browser's own words on the 401").toContain("401");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(page.locator(".account")).toContainText("anna");
});

test("the setup link makes the first user, once", async ({ page, stage }) => {
  const url = await serve(stage);
  const file = join(stage.folder, "state", "setup-link");
  await expect(() => readFileSync(file)).toPass();
  const link = readFileSync(file, "utf8").trim();
  expect(link).toContain(`${url}/signin#setup=`);
  await page.goto(link);
  await expect(page.getByRole("heading")).toHaveText("Make the first user");
  await expect(page).toHaveURL(/\/signin$/);
  await page.getByLabel("Name").fill("anna");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password, once more").fill("something else");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("The two passwords differ.");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(page.locator(".account")).toContainText("anna");
  await expect(() => expect(existsSync(file), "the link is void").toBe(false)).toPass();
});

test("sessions are listed, and another one is signed out", async ({ page, stage, browser }) => {
  const url = await serve(stage, "anna", "berta");
  const other = await other_browser(browser);
  await sign_in(other, url, "berta");
  await sign_in(page, url, "anna");
  await page.keyboard.press("g");
  const card = page.locator("[data-card='signed in']");
  await expect(card.getByRole("row")).toHaveCount(3);
  await expect(card).toContainText("this browser");
  await page.setViewportSize({ width: 412, height: 839 });
  expect(await overflow(page), "on a phone").toBeLessThanOrEqual(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  await card.getByRole("button", { name: /Sign out berta/ }).click();
  await expect(card.getByRole("row")).toHaveCount(2);
  await card.getByRole("button", { name: /Sign out anna/ }).click();
  await expect(page, "on a phone, too, one can sign out").toHaveURL(/\/signin/);
  await expect(other, "its page notices").toHaveURL(/\/signin/);
  await other.context().close();
});

test("who may only watch sees no controls; who may operate has some", async ({
  page,
  stage,
  browser,
}) => {
  const url = await serve(stage, "wall:view", "otto:operate");
  await sign_in(page, url, "wall");
  await expect(page.locator(".account")).toContainText("Signed in as wall (may watch)");
  await wait_for_picture(page);
  await expect(page.getByRole("button", { name: "Add camera" })).toBeHidden();
  await page.keyboard.press("a");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("1");
  await expect(page).toHaveURL(/\/d\/hall/);
  const draw = (page: Page) => page.getByRole("button", { name: "Draw a zone" });
  await expect(page.locator("rule-list")).toContainText("No rule yet.");
  await expect(draw(page)).toBeHidden();
  await expect(page.getByRole("combobox", { name: "Model" })).toBeHidden();
  await page.keyboard.press("g");
  await expect(page.locator("[data-card='cameras']")).toContainText("in the configuration");
  await expect(page.locator("[data-card='users']")).toBeHidden();

  const other = await other_browser(browser);
  await sign_in(other, url, "otto");
  await other.keyboard.press("1");
  await expect(draw(other)).toBeVisible();
  await expect(other.getByRole("button", { name: "Add camera" })).toBeHidden();
  await other.context().close();
});

test("an admin adds a user by keyboard, gives another right and password, removes it", async ({
  page,
  stage,
  browser,
  errors,
}) => {
  const url = await serve(stage, "anna");
  await sign_in(page, url, "anna");
  await page.keyboard.press("g");
  const card = page.locator("[data-card='users']");
  await card.getByRole("button", { name: "Add user" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.type("anna");
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("There is a user 'anna' already.");
  await page.getByLabel("Name", { exact: true }).fill("wall");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(card.getByRole("row")).toHaveCount(3);
  expect(errors.splice(0).join(), "the browser's own words").toContain("409");
  await expect(card.getByLabel("Right of anna"), "nobody's own").toBeDisabled();

  const other = await other_browser(browser);
  await sign_in(other, url, "wall");
  await expect(other.locator(".account")).toContainText("(may watch)");
  await card.getByLabel("Right of wall").selectOption("operate");
  await expect(async () => {
    await other.reload();
    await expect(other.locator(".account")).not.toContainText("(may watch)", { timeout: 2000 });
  }).toPass();
  await card.getByRole("button", { name: "Password of wall" }).click();
  await page.getByRole("dialog").getByLabel("Password").fill("another password");
  await page.keyboard.press("Enter");
  await expect(other, "a new password ends its sessions").toHaveURL(/\/signin/);
  await card.getByRole("button", { name: "Remove wall" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(card.getByRole("row")).toHaveCount(2);
  await other.context().close();
});

test("one changes one's own password", async ({ page, stage, errors }) => {
  const url = await serve(stage, "wall:view");
  await sign_in(page, url, "wall");
  await page.keyboard.press("g");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByLabel("Present").fill("not this one");
  await page.getByLabel("New", { exact: true }).fill("battery staple");
  await page.getByLabel("Once more").fill("battery staple");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("The present password is wrong.");
  expect(errors.splice(0).join(), "the browser's own words").toContain("403");
  await page.getByLabel("Present").fill(password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await page.getByLabel("Name").fill("wall");
  await page.getByLabel("Password", { exact: true }).fill("battery staple");
  await page.keyboard.press("Enter");
  await expect(page.locator(".account")).toContainText("wall");
});

test("a site on loopback asks nobody and shows no account", async ({ page, site }) => {
  await page.goto(`${site}/system`);
  await expect(page.locator("[data-card='counters']")).toBeVisible();
  await expect(page.locator(".account")).toBeHidden();
  await expect(page.locator("[data-card='signed in']")).toBeHidden();
});
