import { patch_device } from "../api/rest.ts";
import type { DeviceDetails } from "../api/types.ts";
import { View, h, set_text } from "../ui/dom.ts";

// Whether the site infers every picture of a device or only those that show something new; what
// was changed here can be reset to the site's configuration.
export class GatingSwitch extends View {
  readonly #device: string;
  readonly #box = h("input", { type: "checkbox" });
  readonly #reset = h("button", { type: "button", class: "button" }, "Reset");
  readonly #problem = h("p", { class: "problem", role: "alert" });

  constructor(device: string) {
    super();
    this.#device = device;
  }

  protected override connected(): void {
    this.#reset.title = "Back to the site's configuration";
    this.#reset.hidden = true;
    this.append(
      h(
        "div",
        { class: "row", "data-needs": "operate" },
        h(
          "label",
          { title: "A picture that shows nothing new gets the last result again, for 2 s at most." },
          this.#box,
          " Infer only what has changed",
        ),
        this.#reset,
      ),
      this.#problem,
    );
    this.listen(this.#box, "change", () => void this.#change(this.#box.checked));
    this.listen(this.#reset, "click", () => void this.#change(null));
  }

  update(details: DeviceDetails): void {
    const gating = details.settings.gating;
    this.#box.checked = gating?.value ?? true;
    this.#reset.hidden = gating?.from !== "state";
  }

  async #change(gating: boolean | null): Promise<void> {
    set_text(this.#problem, "");
    try {
      this.update(await patch_device(this.#device, { gating }));
    } catch (error) {
      this.#box.checked = !this.#box.checked;
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }
}

customElements.define("gating-switch", GatingSwitch);
