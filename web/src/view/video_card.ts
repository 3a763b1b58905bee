import type { App } from "../app/app.ts";
import type { VideoKind } from "../live/video_choice.ts";
import { View, h, set_text } from "../ui/dom.ts";

// How a device's video comes to this browser, and the choice to have JPEG only.
export class VideoCard extends View {
  readonly #app: App;
  readonly #device: string;
  readonly #words = h("p", {});
  readonly #large = h("p", { class: "quiet" });
  readonly #note = h("p", { class: "quiet" });
  readonly #select = h(
    "select",
    { "aria-label": "Video in this browser" },
    h("option", { value: "auto" }, "As the camera sends it"),
    h("option", { value: "jpeg" }, "JPEG only"),
  );

  constructor(app: App, device: string) {
    super();
    this.#app = app;
    this.#device = device;
  }

  protected override connected(): void {
    this.append(this.#words, this.#large, h("div", { class: "row" }, this.#select), this.#note);
    const { site } = this.#app;
    this.listen(this.#select, "change", () => {
      site.video.kind = this.#select.value as VideoKind;
    });
    this.own(
      site.video.changes.on(() => this.#update()),
      site.ticks.on(() => this.#update()),
    );
    this.#update();
  }

  #update(): void {
    const { site } = this.#app;
    const sends = site.device(this.#device)?.codec ?? null;
    const comes = site.feed(this.#device).shown.frame?.header.codec ?? null;
    const device = site.device(this.#device);
    const main = device?.main ? site.feed(device.main).shown.frame?.header : null;
    const size = main ? `${main.width} × ${main.height}` : null;
    set_text(
      this.#large,
      device?.main_detail
        ? `The large picture does not come: ${device.main_detail}`
        : size
          ? `The large picture: ${size}.`
          : "",
    );
    this.#large.hidden = !device?.main_detail && !size;
    this.#select.value = site.video.kind;
    const made = sends === "h264" && comes === "jpeg";
    const name = comes === "h264" ? "H.264" : "JPEG";
    set_text(
      this.#words,
      comes ? `${name}, ${made ? "made by the site from H.264" : "as the camera sends it"}` : "",
    );
    const obstacle = sends === "h264" && site.video.kind === "auto" ? site.video.obstacle : "";
    set_text(this.#note, obstacle);
    this.#note.hidden = !obstacle;
    this.#select.parentElement!.hidden = sends !== "h264" && site.video.kind === "auto";
    this.dataset.codec = comes ?? "";
  }
}

customElements.define("video-card", VideoCard);
