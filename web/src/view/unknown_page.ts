import { View, h } from "../ui/dom.ts";
import type { Page } from "./page.ts";

export class UnknownPage extends View implements Page {
  readonly title_words = "No such page";
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  protected override connected(): void {
    this.replaceChildren(
      h("h2", {}, "There is no such page"),
      h("p", {}, `Nothing is at ${this.#path}.`),
      h("p", {}, h("a", { href: "/" }, "All devices")),
    );
  }

  on_key(): boolean {
    return false;
  }
}

customElements.define("unknown-page", UnknownPage);
