import type { ClassInfo, Result } from "../api/types.ts";
import { View, h } from "../ui/dom.ts";
import { Smooth } from "../ui/smooth.ts";

const smoothing_ms = 800;

// A thin stacked bar of the classes' shares, in the legend's colours and order.
export class ShareBar extends View {
  readonly #parts = new Map<number, { element: HTMLElement; share: Smooth }>();

  protected override connected(): void {
    this.setAttribute("aria-hidden", "true");
  }

  set_classes(classes: readonly ClassInfo[]): void {
    this.#parts.clear();
    const elements = classes.map((info) => {
      const element = h("span", { style: `background:${info.colour};flex-grow:0` });
      this.#parts.set(info.index, { element, share: new Smooth(smoothing_ms) });
      return element;
    });
    this.replaceChildren(...elements);
  }

  update(result: Result | null): void {
    const now = performance.now();
    for (const [index, { element, share }] of this.#parts) {
      const found = result?.classes.find((item) => item.index === index)?.share ?? 0;
      const value = share.add(found, now) ?? 0;
      element.style.flexGrow = value < 0.002 ? "0" : value.toFixed(3);
    }
  }
}

customElements.define("share-bar", ShareBar);
