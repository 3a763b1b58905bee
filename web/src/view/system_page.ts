import type { System, SystemDevice } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { copy_button } from "./copy_button.ts";
import { CameraList } from "./camera_list.ts";
import { CounterTable } from "./counter_table.ts";
import { LogTail } from "./log_tail.ts";
import type { Page } from "./page.ts";
import { PipelineDrawing } from "./pipeline_drawing.ts";
import type { Drops } from "./pipeline_drawing.ts";
import { DropRateMeter } from "./drop_rates.ts";
import { SessionList } from "./session_list.ts";
import { system_report } from "./system_report.ts";
import { UserList } from "./user_list.ts";

// How the site itself is: where frames go and get lost, what runs, what the log says.
export class SystemPage extends View implements Page {
  readonly title_words = "System";
  readonly #app: App;
  readonly #facts = h("p", { class: "quiet" });
  readonly #drawing = new PipelineDrawing();
  readonly #bus = h("dl", { class: "facts" });
  readonly #models = h("tbody", {});
  readonly #sessions = h("tbody", {});
  readonly #viewers = h("tbody", {});
  readonly #counters = new CounterTable();
  readonly #signed_in = new SessionList();
  readonly #users: UserList;
  readonly #log = new LogTail();
  readonly #drops = new DropRateMeter();
  #rates: ReadonlyMap<string, Drops> = new Map();

  constructor(app: App) {
    super();
    this.#app = app;
    this.#users = new UserList(app);
  }

  protected override connected(): void {
    const { site } = this.#app;
    const copy = copy_button("Copy as text", () => {
      return site.system
        ? system_report(site.system, this.#rates)
        : "The site has not answered yet.";
    });
    this.append(
      h("div", { class: "system-head" }, h("h1", {}, "System"), this.#facts, copy),
      this.#drawing,
      h(
        "div",
        { class: "cards" },
        card("Bus", this.#bus),
        card(
          "Sessions",
          table(["Session", "Model", "Engine", "Busy", "fps", "Inference"], this.#sessions),
        ),
        card("Models", table(["Model", "Version", "Task", "Licence", "State"], this.#models)),
        card(
          "Viewers",
          table(["Viewer", "Devices", "fps", "Not shown", "In flight"], this.#viewers),
        ),
        card("Cameras", new CameraList(this.#app)),
        card("Users", this.#users),
        card("Signed in", this.#signed_in),
        card("Counters", this.#counters),
        card("Log", this.#log),
      ),
    );
    this.own(
      this.#app.account.changes.on(() => this.#update_account()),
      site.connection.want_system(),
      site.system_changes.on((system) => this.#update(system)),
    );
    this.#update_account();
    if (site.system) this.#update(site.system);
  }

  // Only where people sign in.
  #update_account(): void {
    const { who } = this.#app.account;
    const show = (part: HTMLElement, shown: boolean) => {
      const card = part.closest<HTMLElement>(".card");
      if (card) card.hidden = !shown;
    };
    show(this.#signed_in, who?.kind === "session");
    show(this.#users, who?.kind === "session" && who.scope === "admin");
    show(this.#log, who?.scope === "admin"); // the others are not told
  }

  on_key(): boolean {
    return false;
  }

  #update(system: System): void {
    this.#rates = this.#drops.add(system.devices as SystemDevice[], performance.now());
    set_text(
      this.#facts,
      [
        `Version ${system.version}`,
        `up ${format.duration(system.uptime_s)}`,
        system.cpu_percent === null ? "" : `CPU ${Math.round(system.cpu_percent)} %`,
        system.memory_mib === null ? "" : `memory ${Math.round(system.memory_mib)} MiB`,
      ]
        .filter(Boolean)
        .join(", "),
    );
    this.#drawing.update(system, this.#rates);
    this.#update_bus(system);
    this.#update_tables(system);
    this.#counters.update(system.counters);
    this.#log.update(system.log);
  }

  #update_bus({ bus }: System): void {
    const facts: [string, string][] = [
      ["Kind", bus.name],
      ["Address", bus.url],
      ["State", bus.detail || bus.state],
      ...bus.warnings.map(({ text }): [string, string] => ["Warning", text]),
      ...Object.entries(bus.capabilities ?? {}).map(([name, value]): [string, string] => [
        name.replaceAll("_", " "),
        value === true ? "yes" : value === false ? "no" : String(value),
      ]),
    ];
    this.#bus.replaceChildren(
      ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    );
  }

  #update_tables(system: System): void {
    fill(
      this.#sessions,
      system.sessions.map((item) => [
        item.name,
        item.model ?? "–",
        item.engine ?? "–",
        item.busy === null ? "–" : `${Math.round(item.busy * 100)} %`,
        format.rate(item.fps),
        format.milliseconds(item.infer_ms),
      ]),
      "No session runs.",
    );
    fill(
      this.#models,
      system.models.map((item) => [
        item.name,
        item.version,
        item.task,
        item.licence ?? "–",
        item.error ?? (item.loaded ? "loaded" : "not loaded"),
      ]),
      "No model is known.",
    );
    fill(
      this.#viewers,
      system.viewers.map((item) => [
        item.peer || "–",
        typeof item.devices === "number" ? String(item.devices) : item.devices.join(", ") || "–",
        format.rate(item.fps),
        format.count(item.dropped),
        format.count(item.in_flight),
      ]),
      "Nobody is looking.",
    );
  }
}

function card(title: string, content: HTMLElement): HTMLElement {
  return h(
    "section",
    { class: "card", "data-card": title.toLowerCase() },
    h("h2", {}, title),
    content,
  );
}

function table(heads: string[], body: HTMLTableSectionElement): HTMLElement {
  const row = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, row), body));
}

function fill(body: HTMLTableSectionElement, rows: string[][], empty: string): void {
  const cells = rows.length > 0 ? rows : [[empty]];
  const text = JSON.stringify(cells);
  if (body.dataset.drawn === text) return;
  body.dataset.drawn = text;
  body.replaceChildren(
    ...cells.map((row) =>
      h(
        "tr",
        {},
        ...row.map((value) =>
          h("td", rows.length > 0 ? {} : { colspan: 6, class: "quiet" }, value),
        ),
      ),
    ),
  );
}

customElements.define("system-page", SystemPage);
