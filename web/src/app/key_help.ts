import { View, h } from "../ui/dom.ts";
import { key_help } from "./keys.ts";

// The list of all keys, on `?`.
export class KeyHelp extends View {
  readonly #dialog = h("dialog", { class: "key-help", "aria-labelledby": "key-help-title" });

  protected override connected(): void {
    const rows = key_help.flatMap(({ keys, does }) => [
      h("dt", {}, ...keys.flatMap((key, i) => [i > 0 && " ", h("kbd", {}, key)])),
      h("dd", {}, does),
    ]);
    const close = h("button", { type: "submit", class: "button" }, "Close");
    this.#dialog.append(
      h("h2", { id: "key-help-title" }, "Keys"),
      h("dl", {}, ...rows),
      h("form", { method: "dialog" }, close),
    );
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.append(this.#dialog);
  }

  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

customElements.define("key-help", KeyHelp);
