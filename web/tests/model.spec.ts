import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import type { LiveView } from "../src/view/live_view.ts";
import { expect, needs_program, open, test, wait_for_picture } from "./site.ts";
import { run } from "./program.ts";
import type { Stage } from "./program.ts";

const shipped = "fovea-factory";

// A site with the model that ships, and a second one to choose: the same under another name.
async function serve_two_models(stage: Stage): Promise<{ url: string; other: string }> {
  const other = `${stage.folder}/night`;
  await run("model", "package", shipped, "--output", other, "--name", "night", "--version", "7");
  const config = `${stage.folder}/site.yaml`;
  writeFileSync(
    config,
    `model: ${shipped}\nmodels: ["${other}"]\ngating: false\n` +
      'cameras:\n  - {name: yard, source: "synthetic:1"}\n',
  );
  const state = `${stage.folder}/state`;
  const { url } = await stage.serve(
    ...["site", "--config", config, "--state", state, "--listen", "127.0.0.1:0"],
  );
  return { url, other };
}

const card = (page: Page) => page.locator("model-card");
const combobox = (page: Page) => card(page).getByRole("combobox", { name: "Model" });
const reset = (page: Page) =>
  page.locator("model-card > .row").getByRole("button", { name: "Reset" });
const answer = (page: Page, name: string) =>
  page.getByRole("dialog").getByRole("button", { name }).click();

async function model_of(url: string) {
  const { model, model_version, settings } = await (
    await fetch(`${url}/api/v1/devices/yard`)
  ).json();
  return { model, model_version, from: settings.model.from };
}

// What each result and each state of the stage says from now on.
const watch = (page: Page) =>
  page.evaluateHandle(() => {
    const live = document.querySelector("live-view") as LiveView;
    const stage = live.closest<HTMLElement>("stage-view")!;
    const seen = { models: [] as string[], masks: [] as string[], states: [] as string[] };
    live.feed.result_changes.on((result) => {
      seen.models.push(result.model.name);
      seen.masks.push(live.dataset.mask ?? "");
      seen.states.push(stage.dataset.state ?? "");
    });
    return seen;
  });

test("the model is changed between two frames, when somebody says yes", async ({ page, stage }) => {
  needs_program();
  const { url, other } = await serve_two_models(stage);
  await open(page, `${url}/d/yard`);
  await wait_for_picture(page, true);
  await expect(card(page).locator(".model-name")).toHaveText(`${shipped} 1`);
  await expect(combobox(page)).toHaveValue(shipped);
  await expect(reset(page)).toBeHidden();

  await combobox(page).selectOption(other);
  await expect(page.getByRole("dialog")).toContainText(`yard runs ${shipped} now`);
  await answer(page, "Cancel");
  await expect(combobox(page)).toHaveValue(shipped);
  expect(await model_of(url)).toEqual({ model: shipped, model_version: "1", from: "config" });

  const seen = await watch(page);
  const of = async (model: string) =>
    (await seen.jsonValue()).models.filter((name) => name === model).length;
  await expect.poll(() => of(shipped)).toBeGreaterThan(2);
  await combobox(page).selectOption(other);
  await answer(page, "Change");
  await expect(card(page).locator(".model-name")).toHaveText("night 7");
  await expect(combobox(page)).toHaveValue(other);
  await expect(card(page)).not.toContainText("Loading");
  expect(await model_of(url)).toEqual({ model: "night", model_version: "7", from: "state" });
  await expect.poll(() => of("night")).toBeGreaterThan(5);
  const { models, masks, states } = await seen.jsonValue();
  const first = models.indexOf("night");
  expect(new Set(models.slice(0, first)), "results before the change").toEqual(new Set([shipped]));
  expect(new Set(models.slice(first)), "results after it").toEqual(new Set(["night"]));
  expect(Number(masks.at(-1)), "masks go on").toBeGreaterThan(Number(masks[first]));
  expect(masks, "a mask is always there").not.toContain("");
  expect(new Set(states)).toEqual(new Set(["live"]));

  await reset(page).click();
  await expect(page.getByRole("dialog")).toContainText("the model of the site's configuration");
  await answer(page, "Reset");
  await expect(card(page).locator(".model-name")).toHaveText(`${shipped} 1`);
  await expect(combobox(page)).toHaveValue(shipped);
  await expect(reset(page)).toBeHidden();
  expect(await model_of(url)).toEqual({ model: shipped, model_version: "1", from: "config" });
});

test("a choice is reset even where it is the configuration's model", async ({ page, stage }) => {
  needs_program();
  const { url, other } = await serve_two_models(stage);
  await open(page, `${url}/d/yard`);
  await wait_for_picture(page, true);
  for (const [choice, words] of [
    [other, "night 7"],
    [shipped, `${shipped} 1`],
  ] as const) {
    await combobox(page).selectOption(choice);
    await answer(page, "Change");
    await expect(card(page).locator(".model-name")).toHaveText(words);
  }
  await expect(reset(page)).toBeVisible();
  await reset(page).click();
  await answer(page, "Reset");
  await expect(reset(page)).toBeHidden();
  expect((await model_of(url)).from).toBe("config");
});
