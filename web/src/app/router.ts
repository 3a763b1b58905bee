import { Emitter } from "../live/emitter.ts";

export type Route =
  | { page: "wall" }
  | { page: "device"; device: string }
  | { page: "system" }
  | { page: "unknown"; path: string };

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

  constructor() {
    window.addEventListener("popstate", () => this.#changed());
    document.addEventListener("click", (event) => this.#clicked(event));
  }

  get route(): Route {
    return parse_route(location.pathname);
  }

  // Parameters that choose how the page works (not what is seen) stay from page to page.
  go(path: string): void {
    const renderer = new URLSearchParams(location.search).get("renderer");
    history.pushState(null, "", renderer ? `${path}?renderer=${renderer}` : path);
    this.#changed();
  }

  replace_query(query: string): void {
    if (query !== location.search) history.replaceState(null, "", location.pathname + query);
  }

  #changed(): void {
    if (location.pathname === this.#path) return;
    this.#path = location.pathname;
    this.changes.emit(this.route);
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.target || link.download) return;
    if (link.origin !== location.origin || parse_route(link.pathname).page === "unknown") return;
    event.preventDefault();
    this.go(link.pathname);
  }
}
