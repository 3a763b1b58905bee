import { get_device, get_models, patch_device } from "../api/rest.ts";
import type { DeviceDetails, Model } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { SettingSwitch } from "./setting_switch.ts";
import { label } from "./words.ts";

// The device's model with its version; choosing another one asks first, because everybody who
// looks at this device sees the change.
export class ModelCard extends View {
  readonly #app: App;
  readonly #device: string;
  readonly #name = h("span", { class: "model-name" });
  readonly #note = h("p", { class: "quiet" });
  readonly #problem = h("p", { class: "problem", role: "alert" });
  readonly #select = h("select", { "aria-label": "Model" });
  readonly #reset = h("button", { type: "button", class: "button" }, "Reset");
  readonly #dialog = h("dialog", { "aria-labelledby": "model-question" });
  readonly #gating: SettingSwitch<"gating">;
  readonly #results_from: SettingSwitch<"results_from">;
  readonly #facts = h("dl", { class: "facts" });
  #models: Model[] = [];
  #details: DeviceDetails | null = null;

  constructor(app: App, device: string) {
    super();
    this.#app = app;
    this.#device = device;
    this.#gating = new SettingSwitch(device, {
      name: "gating",
      label: "Infer only what has changed",
      title: "A picture that shows nothing new gets the last result again, for 2 s at most.",
      on: true,
      off: false,
    });
    this.#results_from = new SettingSwitch(device, {
      name: "results_from",
      label: "The device's own results count",
      title: "While they come, this site does not infer it. Else results of others are refused.",
      on: "device",
      off: "site",
    });
  }

  protected override connected(): void {
    this.append(
      h("p", { class: "model" }, this.#name),
      h("div", { class: "row", "data-needs": "operate" }, this.#select, this.#reset),
      this.#note,
      this.#problem,
      this.#gating,
      this.#results_from,
      this.#facts,
      this.#dialog,
    );
    this.listen(this.#select, "change", () => this.#ask(this.#select.value));
    this.listen(this.#reset, "click", () => this.#ask(null));
    let shown = "";
    this.own(
      this.#app.site.device_changes.on(() => {
        const device = this.#app.site.device(this.#device);
        if (!device) return; // gone, or not there yet
        const now = JSON.stringify([device.model, device.model_version, device.error]);
        if (now !== shown || this.#details?.model_loading) void this.#load();
        shown = now;
      }),
    );
    if (this.#app.site.device(this.#device)) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      [this.#details, this.#models] = await Promise.all([get_device(this.#device), get_models()]);
      this.#update();
    } catch (error) {
      if (this.#app.site.device(this.#device)) set_text(this.#problem, message_of(error));
    }
  }

  #update(): void {
    const details = this.#details;
    if (!details) return;
    const { model, model_version, engine, source, width, height, settings } = details;
    set_text(this.#name, model ? `${model} ${model_version ?? ""}`.trim() : "No model");
    const by_device = details.inferred_by === "device";
    this.#select.hidden = by_device || this.#models.length === 0;
    this.#gating.hidden = by_device;
    this.#gating.update(details);
    this.#results_from.update(details);
    this.#reset.hidden = by_device || settings.model?.from !== "state";
    this.#reset.title = "Back to the model of the site's configuration";
    const loading = details.model_loading ? `Loading ${settings.model?.value}.` : "";
    set_text(this.#note, by_device ? "The device sends its own results." : loading);
    const chosen = this.#chosen();
    this.#select.replaceChildren(
      ...(chosen
        ? []
        : [h("option", { value: "", disabled: true, selected: true }, model ?? "None")]),
      ...this.#models.map((item) =>
        h(
          "option",
          { value: item.name, selected: item === chosen },
          `${item.name} ${item.version}${item.error ? " (cannot be loaded)" : ""}`.trim(),
        ),
      ),
    );
    const facts: [string, string | null][] = [
      ["Task", details.task],
      ["Engine", engine],
      ["Picture", width && height ? `${width} × ${height}` : null],
      ["Source", source],
    ];
    this.#facts.replaceChildren(
      ...facts
        .filter(([, value]) => value)
        .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    );
    set_text(this.#problem, details.model_loading ? "" : (details.error ?? ""));
  }

  // A model from a file is chosen by that, and runs under its manifest's name. One that cannot be
  // loaded can be chosen again.
  #chosen(): Model | undefined {
    const of_name = (name?: string | null) => this.#models.find((item) => item.name === name);
    const set = of_name(this.#details?.settings.model?.value);
    return set && !set.error ? set : of_name(this.#details?.model);
  }

  #ask(name: string | null): void {
    const from = this.#details?.model ?? "no model";
    const device = this.#details ? label(this.#details) : this.#device;
    const model = this.#models.find((item) => item.name === name);
    const title = name ? `Change the model to ${name}?` : "Reset the model?";
    const does = name
      ? `${device} runs ${from} now. It keeps running until ${name} is loaded.`
      : `${device} goes back to the model of the site's configuration.`;
    const yes = h("button", { class: "button primary", value: "yes" }, name ? "Change" : "Reset");
    const no = h("button", { class: "button", value: "no" }, "Cancel");
    this.#dialog.replaceChildren(
      h("h2", { id: "model-question" }, title),
      h("p", {}, `${does} Everybody who looks at this device sees the change.`),
      model?.error ? h("p", { class: "problem" }, `Last attempt: ${model.error}`) : "",
      h("form", { method: "dialog", class: "row end" }, no, yes),
    );
    this.#dialog.onclose = () => {
      if (this.#dialog.returnValue === "yes") void this.#change(name);
      else this.#update();
      this.#dialog.returnValue = "";
    };
    this.#dialog.showModal();
  }

  async #change(name: string | null): Promise<void> {
    set_text(this.#problem, "");
    set_text(this.#note, name ? `Loading ${name}.` : "Resetting.");
    try {
      this.#details = await patch_device(this.#device, { model: name });
      this.#update();
    } catch (error) {
      this.#update();
      set_text(this.#problem, message_of(error));
    }
  }
}

const message_of = (error: unknown) => (error instanceof Error ? error.message : String(error));

customElements.define("model-card", ModelCard);
