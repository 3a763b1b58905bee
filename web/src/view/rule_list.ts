import type { Rule } from "../api/types.ts";
import type { App } from "../app/app.ts";
import {
  away_rule,
  draft_of,
  free_name,
  is_away_rule,
  new_draft,
  rule_words,
  value_words,
} from "../rules/draft.ts";
import type { Draft } from "../rules/draft.ts";
import type { RuleBook } from "../rules/rule_book.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { RuleEditor } from "./rule_editor.ts";
import type { ZoneLayer } from "./zone_layer.ts";

// What the site reacts to in this device's pictures, or when it goes away: each rule in words with
// its state, and a form to draw a new one or change one.
export class RuleList extends View {
  readonly #app: App;
  readonly #book: RuleBook;
  readonly #layer: ZoneLayer;
  readonly #device: string;
  readonly #list = h("ul", {});
  readonly #problem = h("p", { class: "problem", role: "alert" });
  readonly #add = h(
    "button",
    { type: "button", class: "button", "data-needs": "operate" },
    "Draw a zone",
  );
  readonly #watch = h(
    "button",
    { type: "button", class: "button", "data-needs": "operate", hidden: true },
    "Tell when it is away",
  );
  #editor: RuleEditor | null = null;
  #shown = "";

  constructor(app: App, book: RuleBook, layer: ZoneLayer, device: string) {
    super();
    this.#app = app;
    this.#book = book;
    this.#layer = layer;
    this.#device = device;
  }

  get editing(): boolean {
    return this.#editor !== null;
  }

  close_editor(): void {
    this.#editor?.remove();
    this.#editor = null;
    this.dataset.editing = "false";
    this.#add.focus();
  }

  protected override connected(): void {
    this.append(this.#list, this.#problem, this.#add, this.#watch);
    this.own(this.#book.changes.on(() => this.#update()));
    this.listen(this.#add, "click", () => this.#draw_new());
    this.listen(this.#watch, "click", () => this.#try(this.#watch_device()));
    this.#update();
  }

  #usual_sinks(): string[] {
    return this.#book.sinks.filter((sink) => sink === "timeline" || sink === "bus");
  }

  async #watch_device(): Promise<void> {
    const name = free_name(this.#book.rules, "away");
    await this.#book.put(away_rule(this.#device, name, this.#usual_sinks()));
    this.#add.focus(); // the button that was pressed has gone
  }

  #draw_new(): void {
    const { classes } = this.#app.site.feed(this.#device);
    const person = classes.find((info) => info.name === "person") ?? classes[0];
    const draft = new_draft(this.#device, person?.name ?? "", this.#usual_sinks());
    this.#edit({ ...draft, name: free_name(this.#book.rules) }, true);
  }

  #edit(draft: Draft, is_new: boolean): void {
    this.#editor?.remove();
    const close = () => this.close_editor();
    this.#editor = new RuleEditor(this.#app, this.#book, this.#layer, draft, is_new, close);
    this.dataset.editing = "true";
    this.append(this.#editor);
  }

  // Numbers are written into what stands there: a button that is being pressed stays.
  #update(): void {
    const rules = this.#book.of(this.#device);
    this.#watch.hidden = !this.#book.known || rules.some(is_away_rule);
    const shape = JSON.stringify([
      this.#book.known,
      rules.map(({ status, ...rule }) => [rule, status.problem]),
    ]);
    if (shape !== this.#shown) {
      this.#shown = shape;
      const nothing = h("li", { class: "quiet" }, this.#book.known ? "No rule yet." : "Loading.");
      this.#list.replaceChildren(...(rules.length ? rules.map((rule) => this.#item(rule)) : [nothing]));
    }
    rules.forEach((rule, i) => {
      const item = this.#list.children[i] as HTMLElement;
      const { raised, value, measure } = rule.status;
      item.dataset.state = !rule.enabled ? "off" : raised ? "raised" : "quiet";
      const now = value === null ? "" : value_words(measure, value);
      const number_words = now && `${now} now`;
      const alert_words = number_words ? `alert, ${number_words}` : "alert";
      const words = !rule.enabled ? "off" : raised ? alert_words : number_words;
      set_text(item.querySelector(".rule-state")!, words);
    });
  }

  #item(rule: Rule): HTMLLIElement {
    const button = (text: string, act: () => void) => {
      const made = h("button", { type: "button", class: "button", "aria-label": `${text} ${rule.name}` });
      made.textContent = text;
      made.addEventListener("click", act);
      return made;
    };
    const draft = draft_of(rule);
    const { name, device, enabled, operators, sinks } = rule;
    const switched = { name, device, enabled: !enabled, operators, sinks };
    const own = rule.from === "state";
    return h(
      "li",
      { "data-rule": name },
      h("p", { class: "rule-head" }, h("b", {}, name), h("span", { class: "rule-state" })),
      h("p", {}, rule_words(rule)),
      rule.status.problem && h("p", { class: "problem" }, rule.status.problem),
      h(
        "div",
        { class: "group", "data-needs": "operate" },
        draft && button("Edit", () => this.#edit({ ...draft }, false)),
        button(enabled ? "Switch off" : "Switch on", () => this.#try(this.#book.put(switched))),
        own &&
          button(rule.overrides ? "Reset" : "Remove", () => this.#try(this.#book.remove(name))),
      ),
    );
  }

  #try(change: Promise<void>): void {
    set_text(this.#problem, "");
    change.catch((error: unknown) =>
      set_text(this.#problem, error instanceof Error ? error.message : String(error)),
    );
  }
}

customElements.define("rule-list", RuleList);
