import { Emitter } from "../live/emitter.ts";
import type { VideoKind } from "../live/video_choice.ts";
import { default_view, read_view, write_view } from "./view_state.ts";
import type { ViewState } from "./view_state.ts";

export type Theme = "auto" | "light" | "dark";
export const themes: readonly Theme[] = ["auto", "light", "dark"];

const view_key = "fovea.view";
const theme_key = "fovea.theme";
const video_key = "fovea.video";

// Storage may be forbidden (private windows, policies): then settings last as long as the page.
function load(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: see above.
  }
}

// This browser's settings.
export class Settings {
  readonly theme_changes = new Emitter<Theme>();
  #theme: Theme = "auto";

  constructor() {
    const theme = load(theme_key) as Theme;
    this.theme = themes.includes(theme) ? theme : "auto";
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    store(theme_key, theme);
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.theme_changes.emit(theme);
  }

  get video(): VideoKind {
    return load(video_key) === "jpeg" ? "jpeg" : "auto";
  }

  set video(kind: VideoKind) {
    store(video_key, kind);
  }

  get kept_view(): ViewState {
    return read_view(load(view_key), default_view);
  }

  keep_view(view: ViewState): void {
    const { look, solo, hidden } = default_view;
    store(view_key, write_view("", { ...view, look, solo, hidden }));
  }
}
