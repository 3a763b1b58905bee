import type { SiteEvent } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { View, h } from "../ui/dom.ts";
import * as format from "../ui/format.ts";

const shown_max = 60;

// What happened to this device and to the site, newest first.
export class EventList extends View {
  readonly #app: App;
  readonly #device: string;

  constructor(app: App, device: string) {
    super();
    this.#app = app;
    this.#device = device;
  }

  protected override connected(): void {
    this.own(this.#app.site.event_arrivals.on(() => this.#update()));
    this.#update();
  }

  #update(): void {
    const events = device_events(this.#app, this.#device).slice(-shown_max).reverse();
    if (events.length === 0) {
      this.replaceChildren(h("p", { class: "quiet" }, "Nothing happened yet."));
      return;
    }
    const items = events.map((event) =>
      h(
        "li",
        { "data-kind": event.kind },
        h("time", { datetime: event.time }, format.clock(event.time)),
        h("span", {}, event.text),
        event.picture && moment(event),
      ),
    );
    this.replaceChildren(h("ol", {}, ...items));
  }
}

// The picture of the moment, small; large in a tab of its own.
function moment({ picture, text }: SiteEvent): HTMLElement {
  const image = h("img", { src: picture, alt: `The moment of: ${text}`, loading: "lazy" });
  // It is kept for a while only.
  image.addEventListener("error", () => image.parentElement?.remove());
  return h("a", { class: "moment", href: picture, target: "_blank" }, image);
}

export function device_events(app: App, device: string): SiteEvent[] {
  return app.site.events.filter((event) => event.device === device || !event.device);
}

customElements.define("event-list", EventList);
