import { patch_device } from "../api/rest.ts";
import type { DeviceDetails, DevicePatch } from "../api/types.ts";
import { View, h, set_text } from "../ui/dom.ts";

type Name = keyof DevicePatch & keyof DeviceDetails["settings"];

export interface SettingWords<N extends Name> {
  name: N;
  label: string;
  title: string;
  on: DevicePatch[N];
  off: DevicePatch[N];
}

// A setting of a device that has two values; what was changed here can be reset to the site's
// configuration.
export class SettingSwitch<N extends Name> extends View {
  readonly #device: string;
  readonly #words: SettingWords<N>;
  readonly #box = h("input", { type: "checkbox" });
  readonly #reset = h("button", { type: "button", class: "button" }, "Reset");
  readonly #problem = h("p", { class: "problem", role: "alert" });
  #changing = 0; // answers that are still awaited: what lists say meanwhile is older

  constructor(device: string, words: SettingWords<N>) {
    super();
    this.#device = device;
    this.#words = words;
  }

  protected override connected(): void {
    this.#reset.title = "Back to the site's configuration";
    this.#reset.hidden = true;
    this.append(
      h(
        "div",
        { class: "row", "data-needs": "operate" },
        h("label", { title: this.#words.title }, this.#box, ` ${this.#words.label}`),
        this.#reset,
      ),
      this.#problem,
    );
    const { on, off } = this.#words;
    this.listen(this.#box, "change", () => void this.#change(this.#box.checked ? on : off));
    this.listen(this.#reset, "click", () => void this.#change(null));
  }

  update(details: DeviceDetails): void {
    if (this.#changing > 0) return;
    const setting = details.settings[this.#words.name];
    if (setting) this.#box.checked = setting.value === this.#words.on;
    this.#reset.hidden = setting?.from !== "state";
  }

  async #change(value: DevicePatch[N] | null): Promise<void> {
    set_text(this.#problem, "");
    ++this.#changing;
    try {
      const details = await patch_device(this.#device, { [this.#words.name]: value });
      --this.#changing;
      this.update(details);
    } catch (error) {
      --this.#changing;
      this.#box.checked = !this.#box.checked;
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }
}

customElements.define("setting-switch", SettingSwitch);
