import { Emitter } from "../live/emitter.ts";

export type Route =
  | { page: "wall" }
  | { page: "device"; device: string }
  | { page: "system" }
  | { page: "unknown"; path: string };

const query_delay_ms = 150;
const name_pattern = /^[A-Za-z0-9_-]{1,64}$/;

export function parse_route(path: string): Route {
  if (path === "/") return { page: "wall" };
  if (path === "/system" || path === "/system/") return { page: "system" };
  const device = /^\/d\/([^/]+)\/?$/.exec(path)?.[1];
  if (device && name_pattern.test(device)) return { page: "device", device };
  return { page: "unknown", path };
}

export const device_path = (id: string) => `/d/${encodeURIComponent(id)}`;

// The address is the state: pages change by it, and Back works.
export class Router {
  readonly changes = new Emitter<Route>();
  #path = location.pathname;
  #query = { path: "", query: "" };
  #query_timer = 0;

  constructor() {
    window.addEventListener("popstate", () => this.#changed());
    document.addEventListener("click", (event) => this.#clicked(event));
  }

  get route(): Route {
    return parse_route(location.pathname);
  }

  // Parameters that choose how the page works (not what is seen) stay from page to page.
  go(path: string): void {
    this.#write_query();
    const renderer = new URLSearchParams(location.search).get("renderer");
    history.pushState(null, "", renderer ? `${path}?renderer=${renderer}` : path);
    this.#changed();
  }

  // A little later: browsers take the address a hundred times in a row, a drag has more steps.
  replace_query(query: string): void {
    this.#query = { path: location.pathname, query };
    clearTimeout(this.#query_timer);
    this.#query_timer = window.setTimeout(() => this.#write_query(), query_delay_ms);
  }

  #write_query(): void {
    clearTimeout(this.#query_timer);
    const { path, query } = this.#query;
    if (path !== location.pathname || query === location.search) return;
    history.replaceState(null, "", path + query);
  }

  #changed(): void {
    if (location.pathname === this.#path) return;
    this.#path = location.pathname;
    this.changes.emit(this.route);
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a[href]"); // of HTML or of a drawing
    if (!link || link.hasAttribute("target") || link.hasAttribute("download")) return;
    const { origin, pathname } = new URL(link.getAttribute("href")!, location.href);
    if (origin !== location.origin || parse_route(pathname).page === "unknown") return;
    event.preventDefault();
    this.go(pathname);
  }
}
