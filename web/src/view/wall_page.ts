import type { App } from "../app/app.ts";
import { device_path } from "../app/router.ts";
import type { ViewState } from "../app/view_state.ts";
import { View, h } from "../ui/dom.ts";
import { best_grid } from "../ui/grid.ts";
import { DeviceTile } from "./device_tile.ts";
import { EmptyWall } from "./empty_wall.ts";
import type { Page } from "./page.ts";

const gap = 4;
const default_aspect = 16 / 9;

// All devices at once. Tiles are added and removed as devices come and go; those that stay are
// not touched.
export class WallPage extends View implements Page {
  readonly title_words = "";
  readonly #app: App;
  readonly #grid = h("div", { class: "grid" });
  readonly #tiles = new Map<string, DeviceTile>();
  #view: ViewState;

  constructor(app: App) {
    super();
    this.#app = app;
    this.#view = { ...app.settings.kept_view, lock: false };
    if (this.#view.mode === "split") this.#view.mode = "overlay";
  }

  protected override connected(): void {
    const observer = new ResizeObserver(() => this.#lay_out());
    observer.observe(this);
    this.own(
      () => observer.disconnect(),
      this.#app.site.device_changes.on(() => this.#update()),
    );
    this.#update();
  }

  on_key(key: string): boolean {
    const { devices } = this.#app.site;
    const number = Number(key);
    if (number >= 1 && number <= 9 && devices[number - 1]) {
      this.#app.router.go(device_path(devices[number - 1]!.id));
      return true;
    }
    if (key.startsWith("Arrow")) return this.#move_focus(key);
    if (key === "o") return this.#set_view({ mode: "overlay" });
    if (key === "m") return this.#set_view({ mode: "mask" });
    if (key === "v") return this.#set_view({ mode: "video" });
    if (key === "b") return this.#set_view({ boxes: !this.#view.boxes });
    return false;
  }

  #set_view(change: Partial<ViewState>): boolean {
    this.#view = { ...this.#view, ...change };
    this.#app.settings.keep_view({ ...this.#app.settings.kept_view, ...change });
    for (const tile of this.#tiles.values()) tile.live.view = this.#view;
    return true;
  }

  #move_focus(key: string): boolean {
    const tiles = [...this.#tiles.values()];
    if (tiles.length === 0) return false;
    const at = tiles.findIndex((tile) => tile.contains(document.activeElement));
    const columns = Number(this.dataset.columns ?? 1);
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
    };
    const next = at < 0 ? 0 : at + (steps[key] ?? 0);
    tiles[next]?.focus();
    return tiles[next] !== undefined;
  }

  #update(): void {
    const { site } = this.#app;
    if (!site.devices_known) {
      this.replaceChildren(h("p", { class: "waiting" }, "Asking the site for its devices."));
      return;
    }
    const ids = site.devices.map((device) => device.id);
    if (ids.length === 0) {
      if (!(this.firstElementChild instanceof EmptyWall)) {
        this.replaceChildren(new EmptyWall(this.#app));
      }
      this.#grid.replaceChildren();
      this.#tiles.clear();
      return;
    }
    const same = ids.length === this.#tiles.size && ids.every((id) => this.#tiles.has(id));
    if (same && this.#grid.isConnected) return;
    this.#set_tiles(ids);
  }

  #set_tiles(ids: string[]): void {
    for (const [id, tile] of this.#tiles) {
      if (ids.includes(id)) continue;
      tile.remove();
      this.#tiles.delete(id);
    }
    if (!this.#grid.isConnected) this.replaceChildren(this.#grid);
    ids.forEach((id, i) => {
      let tile = this.#tiles.get(id);
      if (!tile) {
        tile = new DeviceTile(this.#app, id, this.#view);
        this.#tiles.set(id, tile);
      }
      if (this.#grid.children[i] !== tile)
        this.#grid.insertBefore(tile, this.#grid.children[i] ?? null);
    });
    this.#lay_out();
  }

  #lay_out(): void {
    const { clientWidth, clientHeight } = this;
    const aspect = this.#usual_aspect();
    const grid = best_grid(this.#tiles.size, clientWidth, clientHeight, aspect, gap);
    this.dataset.columns = String(grid.columns);
    this.#grid.style.gridTemplateColumns = `repeat(${grid.columns}, ${grid.tile_width}px)`;
    this.#grid.style.gridAutoRows = `${grid.tile_height}px`;
  }

  // The picture shape that most devices have.
  #usual_aspect(): number {
    const counts = new Map<number, number>();
    for (const { width, height } of this.#app.site.devices) {
      if (width && height) counts.set(width / height, (counts.get(width / height) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? default_aspect;
  }
}

customElements.define("wall-page", WallPage);
