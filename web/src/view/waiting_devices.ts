import { accept_device, ignore_device } from "../api/rest.ts";
import type { WaitingDevice } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";

// More would leave no room for pictures; those that are decided on make room.
const rows_max = 3;

// Devices that publish and that nobody has named: they are neither shown nor inferred until an
// admin accepts them here.
export class WaitingDevices extends View {
  readonly #app: App;
  readonly #rows = new Map<string, HTMLElement>();
  readonly #list = h("ul", {});
  readonly #more = h("p", { class: "quiet" });
  readonly #problem = h("p", { class: "problem", role: "alert" });

  constructor(app: App) {
    super();
    this.#app = app;
  }

  protected override connected(): void {
    this.hidden = true;
    this.dataset.needs = "admin";
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Unknown devices");
    this.append(this.#list, this.#more, this.#problem);
    this.own(this.#app.site.device_changes.on(() => this.#update()));
    this.#update();
  }

  // Rows that stay are not touched, so that no button moves from under a pointer.
  #update(): void {
    const { waiting } = this.#app.site;
    this.hidden = waiting.length === 0;
    for (const [id, row] of this.#rows) {
      if (waiting.some((device) => device.id === id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const device of waiting) {
      if (this.#rows.size >= rows_max) break;
      if (this.#rows.has(device.id)) continue;
      const row = this.#make_row(device);
      this.#rows.set(device.id, row);
      this.#list.append(row);
      this.#app.announce(`Unknown device ${device.id} waits to be accepted`);
    }
    const more = waiting.length - this.#rows.size;
    set_text(this.#more, more > 0 ? `${more} more wait.` : "");
    this.#more.hidden = more <= 0;
    if (this.hidden) set_text(this.#problem, "");
  }

  #make_row({ id, since }: WaitingDevice): HTMLElement {
    const button = (words: string, style: string, act: () => Promise<unknown>, told: string) => {
      const made = h("button", { type: "button", class: `button ${style}` }, words);
      made.setAttribute("aria-label", `${words} ${id}`);
      made.addEventListener("click", () => void this.#decide(id, act, told));
      return made;
    };
    return h(
      "li",
      {},
      h("span", {}, "Unknown device ", h("b", {}, id)),
      h("span", { class: "quiet" }, `sends since ${format.clock(Date.parse(since))}`),
      button("Accept camera", "primary", () => accept_device(id), `${id} is accepted`),
      button("Ignore", "", () => ignore_device(id), `${id} is ignored`),
    );
  }

  async #decide(id: string, act: () => Promise<unknown>, told: string): Promise<void> {
    set_text(this.#problem, "");
    try {
      await act();
      const { site } = this.#app;
      site.waiting = site.waiting.filter((device) => device.id !== id);
      this.#app.announce(told);
      this.#update();
    } catch (error) {
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }
}

customElements.define("waiting-devices", WaitingDevices);
