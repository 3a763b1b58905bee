import { View, h, set_attribute, set_text, svg } from "../ui/dom.ts";
import { AddCamera } from "../view/add_camera.ts";
import { icon } from "../view/icons.ts";
import { DevicePage } from "../view/device_page.ts";
import type { Page } from "../view/page.ts";
import { SiteBanner } from "../view/site_banner.ts";
import { set_state, state_mark } from "../view/state_mark.ts";
import { SystemPage } from "../view/system_page.ts";
import { UnknownPage } from "../view/unknown_page.ts";
import { WaitingDevices } from "../view/waiting_devices.ts";
import { WallPage } from "../view/wall_page.ts";
import { summary } from "../view/words.ts";
import type { App } from "./app.ts";
import { KeyHelp } from "./key_help.ts";
import { page_key } from "./keys.ts";
import type { Route } from "./router.ts";
import { themes } from "./settings.ts";

const logo = () =>
  svg(
    "svg",
    { viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("circle", { class: "iris", cx: 12, cy: 12, r: 9 }),
    svg("circle", { class: "pupil", cx: 12, cy: 12, r: 4 }),
  );

// The frame around every page: header with the site's state in one sentence, banner, keys.
export class AppShell extends View {
  readonly #app: App;
  readonly #mark = state_mark();
  readonly #summary = h("span", { class: "summary" });
  readonly #site_name = h("span", { class: "site-name" });
  readonly #theme = h("button", { type: "button", class: "button quiet icon" });
  readonly #system = h("a", { href: "/system", class: "button quiet" }, "System");
  readonly #account = h("span", { class: "account", hidden: true });
  readonly #main = h("main", {});
  readonly #help = new KeyHelp();
  readonly #add_camera: AddCamera;
  #page: Page | null = null;

  constructor(app: App) {
    super();
    this.#app = app;
    this.#add_camera = new AddCamera(app);
  }

  protected override connected(): void {
    const { site, router, settings } = this.#app;
    this.#build();
    this.own(
      site.device_changes.on(() => this.#update()),
      site.connection.link_changes.on(() => this.#update()),
      router.changes.on((route) => this.#show(route)),
      this.#app.account.changes.on(() => this.#update_account()),
      this.#app.add_camera.on(() => this.#add_camera.open()),
      settings.theme_changes.on(() => this.#update_theme()),
    );
    this.listen(window, "keydown", (event) => this.#key(event));
    this.#update_theme();
    this.#update();
    this.#show(router.route);
  }

  #build(): void {
    const home = h("a", { href: "/", class: "home", "aria-label": "Fovea: all devices" });
    home.append(logo(), h("span", { class: "wordmark" }, "Fovea"));
    const help = h(
      "button",
      { type: "button", class: "button quiet icon", title: "Keys (?)", "aria-label": "Keys" },
      "?",
    );
    help.addEventListener("click", () => this.#help.open());
    const add = h(
      "button",
      {
        type: "button",
        class: "button quiet icon",
        title: "Add camera (a)",
        "aria-label": "Add camera",
        "data-needs": "admin",
      },
      icon("plus"),
    );
    add.addEventListener("click", () => this.#add_camera.open());
    this.#theme.addEventListener("click", () => {
      const next = themes.indexOf(this.#app.settings.theme) + 1;
      this.#app.settings.theme = themes[next % themes.length]!;
    });
    this.append(
      h(
        "header",
        {},
        home,
        this.#site_name,
        h("span", { class: "state" }, this.#mark, this.#summary),
        h("nav", { "aria-label": "Pages" }, this.#account, add, this.#system, this.#theme, help),
      ),
      h("div", { class: "notices" }, new SiteBanner(this.#app), new WaitingDevices(this.#app)),
      this.#main,
      this.#help,
      this.#add_camera,
    );
  }

  #show(route: Route): void {
    this.#page = this.#make_page(route);
    this.dataset.page = route.page;
    if (route.page === "system") this.#system.setAttribute("aria-current", "page");
    else this.#system.removeAttribute("aria-current");
    this.#main.replaceChildren(this.#page);
    window.scrollTo(0, 0);
    this.#update_title();
  }

  #make_page(route: Route): Page {
    switch (route.page) {
      case "wall":
        return new WallPage(this.#app);
      case "device":
        return new DevicePage(this.#app, route.device);
      case "system":
        return new SystemPage(this.#app);
      case "unknown":
        return new UnknownPage(route.path);
    }
  }

  #update(): void {
    const { site } = this.#app;
    set_text(this.#site_name, site.name);
    const { text, state } = summary(site.devices);
    const known = site.devices_known && site.connection.link.state === "open";
    set_text(this.#summary, known ? text : "");
    set_state(this.#mark, known ? state : "unknown");
    set_attribute(this.#mark, "data-known", String(known));
    this.#update_title();
  }

  #update_title(): void {
    const words = [this.#page?.title_words, this.#app.site.name, "Fovea"].filter(Boolean);
    const title = words.join(" · ");
    if (document.title !== title) document.title = title;
  }

  #update_account(): void {
    const { account } = this.#app;
    const name = account.who?.kind === "session" ? account.who.name : null;
    this.#account.hidden = name === null;
    if (name === null) return;
    const out = h(
      "button",
      { type: "button", class: "button quiet", onclick: () => void account.sign_out() },
      "Sign out",
    );
    const only = account.who?.scope === "view" ? " (may watch)" : "";
    const words = h(
      "span",
      { class: "quiet" },
      h("span", {}, "Signed in as "),
      h("b", {}, name),
      only,
    );
    this.#account.replaceChildren(words, out);
  }

  #update_theme(): void {
    const { theme } = this.#app.settings;
    const words = { auto: "as the system says", light: "light", dark: "dark" }[theme];
    this.#theme.replaceChildren(icon(theme));
    this.#theme.title = `Colours: ${words}`;
    this.#theme.setAttribute("aria-label", `Colours: ${words}`);
  }

  #key(event: KeyboardEvent): void {
    const key = page_key(event);
    if (key !== null && this.#use_key(key)) event.preventDefault();
  }

  #use_key(key: string): boolean {
    if (this.#page?.on_key(key)) return true;
    const { router, site } = this.#app;
    if (key === "?") this.#help.open();
    else if (key === "g") router.go("/system");
    else if (key === "a" && this.#app.account.who?.scope === "admin") this.#add_camera.open();
    else if (key === "Escape" && router.route.page !== "wall") router.go("/");
    else if (key >= "1" && key <= "9" && key.length === 1) {
      const device = site.devices[Number(key) - 1];
      if (device) router.go(`/d/${device.id}`);
    } else if (key === "f") this.#toggle_full_screen();
    else return false;
    return true;
  }

  #toggle_full_screen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => {});
  }
}

customElements.define("app-shell", AppShell);
