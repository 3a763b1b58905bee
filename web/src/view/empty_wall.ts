import { get_site } from "../api/rest.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { copy_button } from "./copy_button.ts";

const look_again_ms = 3000;

// No devices yet: how to connect the first camera, on the page or as a command to copy. Without the
// bus no camera can be heard, so that is said as well.
export class EmptyWall extends View {
  readonly #app: App;
  readonly #trouble = h("p", { class: "problem", role: "status" });

  constructor(app: App) {
    super();
    this.#app = app;
  }

  protected override connected(): void {
    const commands = h("div", { class: "commands" });
    const add = h(
      "button",
      { type: "button", class: "button primary", "data-needs": "admin" },
      "Add camera",
    );
    add.addEventListener("click", () => this.#app.add_camera.emit());
    this.replaceChildren(
      h("h2", {}, "No devices yet"),
      this.#trouble,
      h("p", {}, "Nothing has sent a picture to this site."),
      h("p", { "data-needs": "admin" }, "An IP camera needs no more than its address:"),
      add,
      h("p", {}, "On the command line:"),
      commands,
      h(
        "p",
        { class: "quiet" },
        "The camera appears here by itself, within a second of its first picture.",
      ),
    );
    void this.#fill(commands);
    const timer = window.setInterval(() => {
      if (!document.hidden) void this.#ask();
    }, look_again_ms);
    this.own(() => clearInterval(timer));
  }

  // The bus's address; empty while the site does not answer, which the banner says.
  async #ask(): Promise<string> {
    try {
      const { bus } = await get_site();
      const lost = bus.state !== "connected";
      const why = bus.detail && bus.detail !== bus.url ? ` (${bus.detail})` : "";
      set_text(
        this.#trouble,
        lost ? `The site has no connection to its bus ${bus.url}${why}; it goes on trying.` : "",
      );
      return bus.url;
    } catch {
      return "";
    }
  }

  async #fill(commands: HTMLElement): Promise<void> {
    const bus = await this.#ask();
    const site = this.#app.site.name || "site";
    const inside = bus === "" || bus.startsWith("memory:");
    const start = `fovea site --site ${site} --listen ${location.host}`;
    // Where cameras sign in, each has an address of its own.
    const server = bus.includes("***@") ? bus.replace("***@", "").replace(/\?.*/, "") : "";
    const on_bus = `fovea camera --site ${site} --bus ${server ? "'${DESK_URL}'" : bus}`;
    const own_address: [string, string][] = server
      ? [["Its address, DESK_URL", `fovea device add desk --site ${site} --server ${server}`]]
      : [];
    const lines: [string, string][] = inside
      ? [
          ["An IP camera", `${start} --camera yard=rtsp://USER:PASSWORD@ADDRESS/PATH`],
          ["A USB camera on this machine", `${start} --camera desk=v4l2:/dev/video0`],
          ["No camera at hand: a factory hall", `${start} --camera hall=synthetic:1`],
        ]
      : [
          ...own_address,
          ["A USB camera", `${on_bus} --device desk --source v4l2:/dev/video0`],
          ["An IP camera", `${on_bus} --device yard --source rtsp://USER:PASSWORD@ADDRESS/PATH`],
          ["No camera at hand: a factory hall", `${on_bus} --device hall --source synthetic:1`],
        ];
    commands.replaceChildren(
      ...lines.map(([label, command]) =>
        h(
          "div",
          { class: "command" },
          h("span", { class: "quiet" }, label),
          h("code", {}, command),
          copy_button("Copy", () => command),
        ),
      ),
    );
  }
}

customElements.define("empty-wall", EmptyWall);
