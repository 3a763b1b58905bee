import { forget_device, patch_device } from "../api/rest.ts";
import type { DevicePatch } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { label } from "./words.ts";

const name_length_max = 80;

// The device itself: what people call it, whether the site looks at it at all, and the way out for
// one that is gone for good.
export class DeviceCard extends View {
  readonly #app: App;
  readonly #device: string;
  readonly #name = h("input", {
    type: "text",
    id: "device-name",
    maxlength: name_length_max,
    autocomplete: "off",
  });
  readonly #save = h("button", { class: "button", disabled: true }, "Rename");
  #changing = 0; // answers that are still awaited: what lists say meanwhile is older
  readonly #paused = h("input", { type: "checkbox" });
  readonly #forget = h("button", { type: "button", class: "button" }, "Forget this device");
  readonly #problem = h("p", { class: "problem", role: "alert" });
  readonly #dialog = h("dialog", { "aria-labelledby": "forget-question" });
  #known = ""; // the name that the site has; what is being typed is not overwritten

  constructor(app: App, device: string) {
    super();
    this.#app = app;
    this.#device = device;
    this.#name.placeholder = device;
  }

  protected override connected(): void {
    const form = h("form", { class: "row" }, this.#name, this.#save);
    this.append(
      h("label", { for: "device-name" }, "Name"),
      form,
      h(
        "label",
        { title: "Its pictures are dropped at the site: nobody sees them, no model does." },
        this.#paused,
        " Pause this device for everybody",
      ),
      h("div", { class: "row" }, this.#forget),
      this.#problem,
      this.#dialog,
    );
    this.listen(form, "submit", (event) => {
      event.preventDefault();
      void this.#change({ name: this.#name.value.trim() || null });
    });
    this.listen(this.#name, "input", () => this.#update_save());
    this.listen(this.#paused, "change", () => void this.#change({ paused: this.#paused.checked }));
    this.listen(this.#forget, "click", () => this.#ask());
    this.own(
      this.#app.site.device_changes.on(() => this.#update()),
      this.#app.account.changes.on(() => this.#update()),
    );
    this.#update();
  }

  #update(): void {
    const device = this.#app.site.device(this.#device);
    this.hidden = device === null;
    if (!device) return;
    const name = device.name ?? "";
    if (this.#name.value === this.#known && name !== this.#known) this.#name.value = name;
    this.#known = name;
    this.#update_save();
    if (this.#changing === 0) this.#paused.checked = device.paused;
    // Only who is away can be forgotten, and only admins may.
    const may = (this.#app.account.who?.scope ?? "view") === "admin";
    this.#forget.hidden = device.state !== "away" || !may;
  }

  #update_save(): void {
    this.#save.disabled = this.#name.value.trim() === this.#known;
  }

  async #change(patch: DevicePatch): Promise<void> {
    set_text(this.#problem, "");
    ++this.#changing;
    try {
      const changed = await patch_device(this.#device, patch);
      this.#known = changed.name ?? "";
      if ("name" in patch) this.#name.value = this.#known;
      this.#paused.checked = changed.paused;
    } catch (error) {
      this.#tell(error);
      this.#paused.checked = this.#app.site.device(this.#device)?.paused ?? false;
    }
    --this.#changing;
    this.#update_save();
  }

  #ask(): void {
    const device = this.#app.site.device(this.#device);
    const yes = h("button", { class: "button primary", value: "yes" }, "Forget");
    const no = h("button", { class: "button", value: "no" }, "Cancel");
    this.#dialog.replaceChildren(
      h("h2", { id: "forget-question" }, `Forget ${device ? label(device) : this.#device}?`),
      h(
        "p",
        {},
        "Its name, its settings, the rules made for it here and its events go. When it sends " +
          "pictures again, it is a new device.",
      ),
      h("form", { method: "dialog", class: "row end" }, no, yes),
    );
    this.#dialog.onclose = () => {
      if (this.#dialog.returnValue === "yes") void this.#forget_it();
      this.#dialog.returnValue = "";
    };
    this.#dialog.showModal();
  }

  async #forget_it(): Promise<void> {
    const device = this.#app.site.device(this.#device);
    try {
      await forget_device(this.#device);
      this.#app.site.forget_events(this.#device);
      this.#app.announce(`${device ? label(device) : this.#device} is forgotten`);
      this.#app.router.go("/");
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    set_text(this.#problem, error instanceof Error ? error.message : String(error));
  }
}

customElements.define("device-card", DeviceCard);
