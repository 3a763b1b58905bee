import { View, h, set_text } from "../ui/dom.ts";

export interface FormField {
  label: string;
  name: string;
  properties?: Record<string, unknown>; // of the input
  options?: readonly { value: string; text: string }[]; // a select in place of an input
}

// A small form in a dialog: what the server refuses is said in it, and it stays open.
export class FormDialog extends View {
  readonly #dialog = h("dialog", { class: "form-dialog", "aria-labelledby": "form-dialog-title" });

  protected override connected(): void {
    this.append(this.#dialog);
  }

  // `act` gets the values by name; its error is shown. `hint` stands above the fields.
  open(
    title: string,
    button: string,
    fields: readonly FormField[],
    act: (values: Record<string, string>) => Promise<unknown>,
    hint = "",
  ): void {
    const problem = h("p", { class: "problem", role: "alert" });
    const cancel = h("button", { type: "button", class: "button" }, "Cancel");
    const submit = h("button", { type: "submit", class: "button primary" }, button);
    const form = h(
      "form",
      { class: "fields" },
      ...fields.map((field) => h("label", {}, h("span", {}, field.label), control(field))),
      problem,
      h("div", { class: "row end" }, cancel, submit),
    );
    cancel.addEventListener("click", () => this.#dialog.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values: Record<string, string> = {};
      for (const [name, value] of new FormData(form)) values[name] = String(value);
      submit.disabled = true;
      set_text(problem, "");
      act(values)
        .then(() => this.#dialog.close())
        .catch((error: unknown) => {
          const words = error instanceof Error ? error.message : String(error);
          set_text(problem, `${words.charAt(0).toUpperCase()}${words.slice(1)}.`);
          form.querySelector<HTMLElement>("input:not([readonly])")?.focus();
        })
        .finally(() => (submit.disabled = false));
    });
    this.#dialog.replaceChildren(
      h("h2", { id: "form-dialog-title" }, title),
      hint && h("p", { class: "quiet" }, hint),
      form,
    );
    this.#dialog.showModal();
  }
}

function control({ name, properties, options }: FormField): HTMLElement {
  if (!options) return h("input", { name, required: true, spellcheck: "false", ...properties });
  return h(
    "select",
    { name, ...properties },
    ...options.map(({ value, text }) => h("option", { value }, text)),
  );
}

customElements.define("form-dialog", FormDialog);
