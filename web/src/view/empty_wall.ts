import { get_site } from "../api/rest.ts";
import type { App } from "../app/app.ts";
import { View, h } from "../ui/dom.ts";
import { copy_button } from "./copy_button.ts";

// No devices yet: how to connect the first camera, as a command to copy.
export class EmptyWall extends View {
  readonly #app: App;

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
      h("p", {}, "Nothing has sent a picture to this site."),
      h("p", { "data-needs": "admin" }, "Does your camera speak RTSP? Then it starts here:"),
      add,
      h("p", {}, "These commands connect a first camera, too:"),
      commands,
      h(
        "p",
        { class: "quiet" },
        "The camera appears here by itself, within a second of its first picture.",
      ),
    );
    this.#fill(commands);
  }

  async #fill(commands: HTMLElement): Promise<void> {
    let bus = "";
    try {
      bus = (await get_site()).bus.url;
    } catch {
      // The command without the bus's address still helps.
    }
    const site = this.#app.site.name || "site";
    const inside = bus === "" || bus.startsWith("memory:");
    const start = `fovea site --site ${site} --listen ${location.host}`;
    const on_bus = `fovea camera --site ${site} --bus ${bus}`;
    const lines: [string, string][] = inside
      ? [
          ["An IP camera", `${start} --camera yard=rtsp://USER:PASSWORD@ADDRESS/PATH`],
          ["A USB camera on this machine", `${start} --camera desk=v4l2:/dev/video0`],
          ["No camera at hand: a factory hall", `${start} --camera hall=synthetic:1`],
        ]
      : [
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
