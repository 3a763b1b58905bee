import type { App } from "../app/app.ts";
import type { ViewState } from "../app/view_state.ts";
import { draw_boxes } from "../draw/boxes.ts";
import { draw_privacy } from "../draw/privacy.ts";
import { clamp_look, fit, place } from "../draw/geometry.ts";
import type { Rect } from "../draw/geometry.ts";
import { context_2d } from "../draw/painter.ts";
import type { Layer } from "../draw/painter.ts";
import { make_palette } from "../draw/palette.ts";
import type { Palette } from "../draw/palette.ts";
import { Emitter } from "../live/emitter.ts";
import type { Feed, Shown } from "../live/feed.ts";
import { View, h } from "../ui/dom.ts";

export interface LiveViewOptions {
  labels: boolean; // text at the boxes
  named: boolean; // says what it is; not where the words around it do
  pixel_ratio_max: number; // small views need no more than the picture has
  large: boolean; // the device's large stream, where it has one
  stills: boolean; // can be paused, and what is on the screen saved
}

// Without a picture for so long, the large stream does not come: back to the small one.
const large_silence_ms = 3000;

// One device's picture with its mask and boxes. Subscribes while it can be seen and is not paused,
// draws at most once per screen refresh and only when something changed. Paused it shows one frame
// with its own mask and its own result, or the picture alone. Of a device with a large
// stream the stage shows that, with what was found in the small one; the small one until it comes,
// and where mask and frame are locked, or it is paused: only there is a mask's very frame.
export class LiveView extends View {
  readonly drawn = new Emitter();
  readonly frozen_changes = new Emitter();
  readonly feed: Feed;
  #large: Feed | null = null;
  #large_at = -Infinity; // performance.now() of its newest picture
  divider = 0.5; // of the canvas's width, in split mode

  readonly #app: App;
  readonly #options: LiveViewOptions;
  readonly #picture = h("canvas", { class: "picture" });
  readonly #boxes = h("canvas", { class: "boxes", "aria-hidden": "true" });
  #layer: Layer | null = null;
  #view: ViewState;
  #palette: Palette;
  #visible = false;
  #paused = false;
  #frozen: Shown | null = null;
  #scheduled = 0;
  #stale_drawing = true;

  constructor(app: App, device: string, view: ViewState, options: LiveViewOptions) {
    super();
    this.#app = app;
    this.#view = view;
    this.#options = options;
    this.feed = app.site.feed(device);
    this.#palette = make_palette(this.feed.classes, view);
    if (options.named) {
      this.#picture.setAttribute("role", "img");
      this.#picture.setAttribute("aria-label", `Live video of ${device}`);
    } else {
      this.#picture.setAttribute("aria-hidden", "true");
    }
    this.dataset.renderer = app.painter.kind;
  }

  get view(): ViewState {
    return this.#view;
  }

  set view(view: ViewState) {
    const classes_changed = view.solo !== this.#view.solo || view.hidden !== this.#view.hidden;
    this.#view = view;
    this.feed.locked = view.lock;
    this.#want();
    if (classes_changed) this.#palette = make_palette(this.feed.classes, view);
    this.redraw();
  }

  // For a device that is not live when the page comes: the last picture that the site has.
  show_last_picture(): void {
    if (this.feed.shown.picture || this.style.backgroundImage) return;
    const path = `/devices/${encodeURIComponent(this.feed.device)}/frame.jpg`;
    this.style.backgroundImage = `url("${path}")`;
  }

  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) void this.#freeze();
    else this.#set_frozen(null);
    this.#want();
  }

  // What a paused view shows; null: not paused, or not yet.
  get frozen(): Shown | null {
    return this.#frozen;
  }

  async #freeze(): Promise<void> {
    const alone = { ...this.shown, mask: null, map: null, result: null };
    const still = await this.feed.still().catch(() => null);
    const copied =
      !still && alone.picture ? await createImageBitmap(alone.picture).catch(() => null) : null;
    const frozen = still ?? { ...alone, picture: copied };
    if (this.#paused && this.isConnected && !this.#frozen) this.#set_frozen(frozen);
    else frozen.picture?.close(); // it goes on already
  }

  #set_frozen(frozen: Shown | null): void {
    this.#frozen?.picture?.close();
    this.#frozen = frozen;
    this.frozen_changes.emit();
    this.redraw();
  }

  // The canvas's size in device pixels and the fitted picture on it.
  get layout(): { width: number; height: number; ratio: number; fitted: Rect } {
    const { width, height } = this.#picture;
    const picture = this.shown.picture;
    const fitted = fit(width, height, picture?.width ?? 16, picture?.height ?? 9);
    return { width, height, ratio: width / Math.max(1, this.clientWidth), fitted };
  }

  get placed(): Rect {
    const { width, height, fitted } = this.layout;
    return place(fitted, width, height, clamp_look(this.#view.look, fitted, width, height));
  }

  // What is on the screen: the device's, or its large picture with it.
  get shown(): Shown {
    if (this.#frozen) return this.#frozen;
    const { shown } = this.feed;
    const large = this.#large?.shown;
    if (!this.#shows_large || !large?.picture) return shown;
    const { frame, picture, picture_version } = large;
    return { ...shown, frame, picture, picture_version };
  }

  // The feed whose pictures are on the screen.
  get shown_feed(): Feed {
    return this.#shows_large ? this.#large! : this.feed;
  }

  get #shows_large(): boolean {
    return this.#wants_large && performance.now() - this.#large_at < large_silence_ms;
  }

  get #wants_large(): boolean {
    return this.#large !== null && this.#visible && !this.#paused && !this.#view.lock;
  }

  redraw(): void {
    this.#stale_drawing = true;
    this.#schedule();
  }

  protected override connected(): void {
    if (!this.#picture.isConnected) this.append(this.#picture, this.#boxes);
    this.#layer = this.#app.painter.make_layer(this.#picture);
    this.feed.locked = this.#view.lock;
    this.own(
      this.feed.ready.on(() => this.#schedule()),
      this.feed.class_changes.on(() => {
        this.#palette = make_palette(this.feed.classes, this.#view);
        this.redraw();
      }),
      this.#app.redraw.on(() => this.redraw()),
      this.#watch_size(),
      this.#watch_visibility(),
    );
    if (this.#options.stills) {
      this.feed.keeps_stills = true;
      this.own(() => (this.feed.keeps_stills = false));
    }
    if (this.#options.large) {
      this.own(
        this.#app.site.device_changes.on(() => this.#find_large()),
        this.#app.site.ticks.on(() => this.#want()),
      );
      this.#find_large();
    }
    this.listen(document, "visibilitychange", () => {
      if (document.hidden) this.feed.discard_waiting();
      else this.redraw();
    });
  }

  protected override disconnected(): void {
    this.#visible = false;
    this.#want();
    this.#large?.forget_picture();
    this.#large = null;
    this.#set_frozen(null);
    cancelAnimationFrame(this.#scheduled);
    this.#scheduled = 0;
    this.#layer?.free();
    this.#layer = null;
  }

  #find_large(): void {
    const name = this.#app.site.device(this.feed.device)?.main;
    if (!name || this.#large) return;
    const large = this.#app.site.feed(name);
    this.#large = large;
    this.own(large.ready.on(() => this.#schedule()));
    this.#want();
  }

  #watch_size(): () => void {
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this);
    return () => observer.disconnect();
  }

  #watch_visibility(): () => void {
    const observer = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)!.isIntersecting;
      this.#want();
    });
    observer.observe(this);
    return () => observer.disconnect();
  }

  // A paused view takes results on (for the plots' history), but no pictures.
  #want(): void {
    const pictures = this.#visible && !this.#paused;
    // Beside a large picture the small ones are not drawn, but a still may be made of them.
    const want = { frames: pictures, masks: pictures, results: true };
    const { connection } = this.#app.site;
    connection.want(this, this.feed.device, this.#visible ? want : null);
    this.feed.attended = pictures && !this.#shows_large;
    if (!pictures) this.feed.discard_waiting();
    if (!this.#large) return;
    const wanted = this.#wants_large ? { frames: true, masks: false, results: false } : null;
    connection.want(this.#large, this.#large.device, wanted);
    this.#large.attended = wanted !== null;
    if (!wanted) this.#large.discard_waiting();
  }

  #resize(): void {
    const ratio = Math.min(window.devicePixelRatio, this.#options.pixel_ratio_max);
    for (const canvas of [this.#picture, this.#boxes]) {
      canvas.width = Math.round(this.clientWidth * ratio);
      canvas.height = Math.round(this.clientHeight * ratio);
    }
    this.#stale_drawing = true;
    this.#draw();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#layer) return;
    this.#scheduled = requestAnimationFrame(() => {
      this.#scheduled = 0;
      const changed = !this.#paused && this.#advance();
      if (changed || this.#stale_drawing) this.#draw();
    });
  }

  #advance(): boolean {
    const changed = this.feed.advance();
    if (!this.#wants_large || !this.#large?.advance()) return changed;
    this.#large_at = performance.now();
    this.feed.note_picture(this.#large.shown.frame!);
    return true;
  }

  #draw(): void {
    if (!this.#layer || this.#picture.width === 0) return;
    this.#stale_drawing = false;
    const { shown } = this;
    if (shown.picture) this.style.backgroundImage = "";
    const { mode, opacity } = this.#view;
    const divider = this.divider * this.#picture.width;
    const placed = this.placed;
    this.#layer.draw({ shown, palette: this.#palette, mode, opacity, divider, place: placed });
    this.#draw_boxes(placed);
    this.dataset.stream = this.#shows_large ? "large" : "small";
    this.dataset.sequence = String(shown.frame?.header.sequence ?? "");
    this.dataset.mask = String(shown.mask?.header.sequence ?? "");
    this.dataset.result = String(shown.result?.frameseq ?? "");
    this.drawn.emit();
  }

  #draw_boxes(placed: Rect): void {
    const context = context_2d(this.#boxes);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#boxes.width, this.#boxes.height);
    const { shown } = this;
    const { classes } = this.feed;
    if (!shown.picture) return;
    const { ratio } = this.layout;
    context.scale(ratio, ratio);
    const { x, y, width, height } = placed;
    const place_css = { x: x / ratio, y: y / ratio, width: width / ratio, height: height / ratio };
    const device = this.#app.site.device(this.feed.device);
    draw_privacy(context, device?.privacy ?? [], place_css);
    if (!this.#view.boxes || !shown.result) return;
    draw_boxes(context, shown.result, classes, this.#view, place_css, this.#options.labels);
  }
}

customElements.define("live-view", LiveView);
