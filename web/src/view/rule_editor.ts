import type { App } from "../app/app.ts";
import type { Draft, Measure } from "../rules/draft.ts";
import { rule_of } from "../rules/draft.ts";
import { corners_min } from "../rules/polygon.ts";
import type { RuleBook } from "../rules/rule_book.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { describe_corners } from "./zone_layer.ts";
import type { ZoneLayer } from "./zone_layer.ts";

type Field = HTMLInputElement | HTMLSelectElement;

const input = (properties: Record<string, unknown>) => h("input", properties);
const seconds = (name: string, value: number) =>
  input({ name, type: "number", min: 0, max: 86400, step: 0.1, required: true, value });

// The form of one rule, beside the zone that is drawn on the picture meanwhile.
export class RuleEditor extends View {
  readonly #app: App;
  readonly #book: RuleBook;
  readonly #layer: ZoneLayer;
  readonly #draft: Draft;
  readonly #is_new: boolean;
  readonly #close: () => void;
  readonly #form = h("form", { class: "rule-form" });
  readonly #problem = h("p", { class: "problem", role: "alert" });
  readonly #hint = h("p", { class: "quiet", role: "status" });
  readonly #unit = h("span", { class: "quiet" });

  constructor(
    app: App,
    book: RuleBook,
    layer: ZoneLayer,
    draft: Draft,
    is_new: boolean,
    close: () => void,
  ) {
    super();
    this.#app = app;
    this.#book = book;
    this.#layer = layer;
    this.#draft = draft;
    this.#is_new = is_new;
    this.#close = close;
  }

  protected override connected(): void {
    this.#build();
    this.append(this.#form);
    this.#layer.edit(
      {
        polygon: this.#draft.polygon,
        changed: (polygon) => {
          this.#draft.polygon = polygon;
          describe_corners(this.#hint, polygon.length);
        },
      },
      this.#is_new ? "" : this.#draft.name,
    );
    describe_corners(this.#hint, this.#draft.polygon.length);
    this.listen(this.#form, "submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.listen(this.#form, "change", () => this.#update_unit());
    this.listen(this.#form, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#close();
    });
    this.#form.querySelector<HTMLElement>("input:not([readonly]), select")?.focus();
  }

  protected override disconnected(): void {
    this.#layer.edit(null);
  }

  #build(): void {
    const draft = this.#draft;
    const name = { name: "name", value: draft.name, required: true, pattern: "[A-Za-z0-9_\\-]+" };
    const field = (label: string, ...content: (Field | HTMLElement)[]) =>
      h("label", {}, h("span", {}, label), ...content);
    const corner = h("button", { type: "button", class: "button" }, "Add corner");
    corner.addEventListener("click", () => this.#layer.add_corner());
    const cancel = h("button", { type: "button", class: "button" }, "Cancel");
    cancel.addEventListener("click", this.#close);
    this.#form.append(
      this.#hint,
      h("div", { class: "row" }, corner),
      field("Name", input({ ...name, maxlength: 64, readonly: !this.#is_new, autocomplete: "off" })),
      field("Measure", this.#measures()),
      field("Class", this.#subjects()),
      field("Alert above", input({ name: "above", type: "number", required: true }), this.#unit),
      field("For at least", seconds("for_s", draft.for_s), h("span", { class: "quiet" }, "s")),
      field("Over after", seconds("clear_s", draft.clear_s), h("span", { class: "quiet" }, "s")),
      field(
        "Once in",
        seconds("within_s", draft.within_s ?? 0),
        h("span", { class: "quiet" }, "s"),
      ),
      this.#sinks(),
      this.#problem,
      h(
        "div",
        { class: "row end" },
        cancel,
        h("button", { type: "submit", class: "button primary" }, "Save"),
      ),
    );
    this.#update_unit();
  }

  #measures(): HTMLSelectElement {
    const words: [Measure, string][] = [
      ["share", "Share of the zone"],
      ["count", "Number of boxes"],
    ];
    return h(
      "select",
      { name: "measure" },
      ...words.map(([value, text]) =>
        h("option", { value, selected: value === this.#draft.measure }, text),
      ),
    );
  }

  #subjects(): HTMLSelectElement {
    const { subject, device } = this.#draft;
    const names = this.#app.site.feed(device).classes.map((info) => info.name);
    if (subject && !names.includes(subject)) names.unshift(subject);
    const options = names.map((name) => h("option", { selected: name === subject }, name));
    return h("select", { name: "subject", required: true }, ...options);
  }

  #sinks(): HTMLElement {
    const boxes = this.#book.sinks.map((sink) => {
      const checked = this.#draft.sinks.includes(sink);
      return h("label", {}, input({ type: "checkbox", name: "sink", value: sink, checked }), sink);
    });
    return h("fieldset", {}, h("legend", {}, "Tell"), ...boxes);
  }

  #field<Kind extends Field>(name: string): Kind {
    return this.#form.elements.namedItem(name) as Kind;
  }

  // A share is typed in percent.
  #update_unit(): void {
    const share = this.#field<HTMLSelectElement>("measure").value === "share";
    const above = this.#field<HTMLInputElement>("above");
    const unit = share ? "%" : "boxes";
    if (this.#unit.textContent === unit) return;
    const given = this.#unit.textContent === "";
    const value = given ? this.#draft.above * (share ? 100 : 1) : share ? 2 : 0;
    above.min = "0";
    above.max = share ? "100" : "1000000";
    above.step = share ? "any" : "1";
    above.value = String(Math.round(value * 1e6) / 1e6);
    set_text(this.#unit, unit);
  }

  #read(): Draft {
    const value = (name: string) => Number(this.#field<HTMLInputElement>(name).value);
    const measure = this.#field<HTMLSelectElement>("measure").value as Measure;
    const above = value("above") / (measure === "share" ? 100 : 1);
    const same = measure === this.#draft.measure && above === this.#draft.above;
    const checked = this.#form.querySelectorAll<HTMLInputElement>("[name=sink]:checked");
    return {
      ...this.#draft,
      name: this.#field<HTMLInputElement>("name").value,
      measure,
      subject: this.#field<HTMLSelectElement>("subject").value,
      above,
      below: same ? this.#draft.below : null,
      for_s: value("for_s"),
      clear_s: value("clear_s"),
      within_s: value("within_s") > 0 ? value("within_s") : null,
      sinks: [...checked].map((box) => box.value),
    };
  }

  async #save(): Promise<void> {
    const draft = this.#read();
    set_text(this.#problem, "");
    if (draft.polygon.length < corners_min) {
      return set_text(this.#problem, "The zone needs three corners at least.");
    }
    if (this.#is_new && this.#book.rules.some((rule) => rule.name === draft.name)) {
      return set_text(this.#problem, `There is a rule ${draft.name} already.`);
    }
    try {
      await this.#book.put(rule_of(draft));
      this.#app.announce(`Rule ${draft.name} is in effect`);
      this.#close();
    } catch (error) {
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }
}

customElements.define("rule-editor", RuleEditor);
