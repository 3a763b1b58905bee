import { get_cameras, remove_camera } from "../api/cameras.ts";
import type { Camera } from "../api/cameras.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";

// The cameras that the site's own process reads; those that were added here can be removed.
export class CameraList extends View {
  readonly #app: App;
  readonly #rows = h("tbody", {});
  readonly #problem = h("p", { class: "problem", role: "status" });
  readonly #dialog = h("dialog", { "aria-labelledby": "remove-camera-title" });

  constructor(app: App) {
    super();
    this.#app = app;
  }

  protected override connected(): void {
    const heads = ["Camera", "Source", "Remove"].map((text) => h("th", { scope: "col" }, text));
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#rows);
    const add = h(
      "button",
      { type: "button", class: "button", "data-needs": "admin" },
      "Add camera",
    );
    this.listen(add, "click", () => this.#app.add_camera.emit());
    this.replaceChildren(
      h("div", { class: "scroll" }, table),
      this.#problem,
      add,
      this.#dialog,
    );
    let shown = "";
    this.own(
      this.#app.site.device_changes.on(() => {
        const now = this.#app.site.devices.map(({ id }) => id).join();
        if (now !== shown) void this.#load();
        shown = now;
      }),
    );
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const cameras = await get_cameras();
      const words = "None; devices come over the bus.";
      const none = h("tr", {}, h("td", { colspan: 3, class: "quiet" }, words));
      const rows = cameras.map((camera) => this.#row(camera));
      this.#rows.replaceChildren(...(rows.length > 0 ? rows : [none]));
      set_text(this.#problem, "");
    } catch (error) {
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }

  #row({ name, source, removable }: Camera): HTMLElement {
    const remove = h("button", {
      type: "button",
      class: "button",
      "aria-label": `Remove ${name}`,
      "data-needs": "admin",
      onclick: () => this.#ask(name),
    });
    remove.textContent = "Remove";
    return h(
      "tr",
      {},
      h("td", {}, name),
      h("td", { class: "source" }, source),
      h("td", {}, removable ? remove : h("span", { class: "quiet" }, "in the configuration")),
    );
  }

  #ask(name: string): void {
    this.#dialog.replaceChildren(
      h("h2", { id: "remove-camera-title" }, `Remove ${name}?`),
      h("p", {}, "The site stops reading it and forgets its address and password."),
      h(
        "form",
        { method: "dialog", class: "row end" },
        h("button", { class: "button", value: "no" }, "Cancel"),
        h("button", { class: "button primary", value: "yes" }, "Remove"),
      ),
    );
    this.#dialog.onclose = () => {
      if (this.#dialog.returnValue === "yes") void this.#remove(name);
      this.#dialog.returnValue = "";
    };
    this.#dialog.showModal();
  }

  async #remove(name: string): Promise<void> {
    try {
      await remove_camera(name);
      this.#app.announce(`Camera ${name} was removed`);
      await this.#load();
    } catch (error) {
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }
}

customElements.define("camera-list", CameraList);
