import type { ViewState } from "../app/view_state.ts";
import { modes } from "../draw/painter.ts";
import type { Mode } from "../draw/painter.ts";
import { View, h, set_attribute, set_text } from "../ui/dom.ts";
import { icon } from "./icons.ts";

const mode_names: Record<Mode, string> = {
  overlay: "Overlay",
  split: "Split",
  mask: "Mask",
  video: "Video",
};

export interface StageBarActions {
  change: (change: Partial<ViewState>) => void;
  zoom: (direction: number) => void;
  pause: () => void;
  snapshot: () => void;
  full_screen: () => void;
  panel: () => void;
}

// The controls under the picture.
export class StageBar extends View {
  readonly #actions: StageBarActions;
  readonly #modes = new Map<Mode, HTMLButtonElement>();
  readonly #opacity = h("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    "aria-label": "Opacity of the mask",
  });
  readonly #boxes: HTMLButtonElement;
  readonly #lock: HTMLButtonElement;
  readonly #lock_words = h("span", { class: "lock-words" });
  readonly #pause: HTMLButtonElement;
  readonly #zoom = h("span", { class: "zoom-words" });
  #view: ViewState | null = null;

  constructor(actions: StageBarActions) {
    super();
    this.#actions = actions;
    const { change } = actions;
    this.#boxes = this.#toggle("Boxes", "b", () => change({ boxes: !this.#view?.boxes }));
    this.#lock = this.#toggle("Lock", "l", () => change({ lock: !this.#view?.lock }));
    this.#pause = h("button", { type: "button", class: "button icon" });
    this.#pause.addEventListener("click", actions.pause);
    this.#opacity.addEventListener("input", () => {
      change({ opacity: Number(this.#opacity.value) / 100 });
    });
  }

  update(view: ViewState, paused: boolean): void {
    this.#view = view;
    for (const [mode, button] of this.#modes) {
      set_attribute(button, "aria-checked", String(mode === view.mode));
      button.tabIndex = mode === view.mode ? 0 : -1;
    }
    const percent = String(Math.round(view.opacity * 100));
    if (this.#opacity.value !== percent) this.#opacity.value = percent;
    this.#opacity.style.setProperty("--filled", `${percent}%`);
    this.#opacity.disabled = view.mode !== "overlay";
    set_attribute(this.#boxes, "aria-pressed", String(view.boxes));
    set_attribute(this.#lock, "aria-pressed", String(view.lock));
    set_text(
      this.#lock_words,
      view.lock ? "Mask and frame match, a little late" : "Video at full rate, newest mask",
    );
    set_attribute(this.#pause, "aria-label", paused ? "Go on" : "Pause");
    set_attribute(this.#pause, "title", paused ? "Go on (space)" : "Pause (space)");
    if (this.#pause.dataset.paused !== String(paused)) {
      this.#pause.dataset.paused = String(paused);
      this.#pause.replaceChildren(icon(paused ? "play" : "pause"));
    }
    set_text(this.#zoom, `${view.look.zoom.toFixed(1)}×`);
    this.dataset.zoomed = String(view.look.zoom > 1);
  }

  protected override connected(): void {
    if (this.firstElementChild) return;
    const { zoom, snapshot, full_screen, panel } = this.#actions;
    const back = h("a", { class: "button icon back", href: "/", "aria-label": "All devices" });
    back.append(icon("left"));
    this.append(
      back,
      this.#make_modes(),
      h("label", { class: "opacity" }, h("span", {}, "Opacity"), this.#opacity),
      h("span", { class: "group" }, this.#boxes, this.#lock, this.#lock_words),
      h("span", { class: "spring" }),
      h(
        "span",
        { class: "group zoom" },
        this.#icon("minus", "Zoom out", "−", () => zoom(-1)),
        this.#zoom,
        this.#icon("plus", "Zoom in", "+", () => zoom(1)),
        this.#icon("whole", "Whole picture", "0", () => zoom(0)),
      ),
      h(
        "span",
        { class: "group actions" },
        this.#pause,
        this.#icon("camera", "Snapshot: picture, mask and JSON", null, snapshot),
        this.#icon("full", "Full screen", "f", full_screen),
        this.#icon("panel", "Classes, model and events", null, panel, "panel-button"),
      ),
    );
  }

  #make_modes(): HTMLElement {
    const group = h("div", { class: "modes", role: "radiogroup", "aria-label": "What is shown" });
    for (const mode of modes) {
      const button = h("button", {
        type: "button",
        role: "radio",
        title: `${mode_names[mode]} (${mode[0]})`,
      });
      button.textContent = mode_names[mode];
      button.addEventListener("click", () => this.#actions.change({ mode }));
      this.#modes.set(mode, button);
      group.append(button);
    }
    this.listen(group, "keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || !this.#view) return;
      const at = (modes.indexOf(this.#view.mode) + step + modes.length) % modes.length;
      this.#actions.change({ mode: modes[at]! });
      this.#modes.get(modes[at]!)?.focus();
      event.preventDefault();
    });
    return group;
  }

  #toggle(text: string, key: string, act: () => void): HTMLButtonElement {
    const button = h("button", {
      type: "button",
      class: "button toggle",
      title: `${text} (${key})`,
    });
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  #icon(
    name: Parameters<typeof icon>[0],
    label: string,
    key: string | null,
    act: () => void,
    more = "",
  ): HTMLButtonElement {
    const title = key ? `${label} (${key})` : label;
    const button = h("button", {
      type: "button",
      class: `button icon ${more}`,
      "aria-label": label,
      title,
    });
    button.append(icon(name));
    button.addEventListener("click", act);
    return button;
  }
}

customElements.define("stage-bar", StageBar);
