import {
  add_user,
  change_user,
  get_users,
  remove_user,
  scope_words,
  scopes,
} from "../api/users.ts";
import type { Scope, User } from "../api/users.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import { FormDialog } from "./form_dialog.ts";
import type { FormField } from "./form_dialog.ts";

const password_field: FormField = {
  label: "Password",
  name: "password",
  properties: { type: "password", minlength: 10, maxlength: 256, autocomplete: "new-password" },
};

const scope_options = scopes.map((scope) => ({
  value: scope,
  text: `${scope}: ${scope_words[scope]}`,
}));

// Who may sign in, for admins: added, given another right or password, removed.
export class UserList extends View {
  readonly #app: App;
  readonly #rows = h("tbody", {});
  readonly #problem = h("p", { class: "problem", role: "status" });
  readonly #form = new FormDialog();

  constructor(app: App) {
    super();
    this.#app = app;
  }

  protected override connected(): void {
    const heads = ["User", "Right", "Since", "Change"].map((text) =>
      h("th", { scope: "col" }, text),
    );
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#rows);
    const add = h("button", { type: "button", class: "button" }, "Add user");
    this.listen(add, "click", () => this.#add());
    this.replaceChildren(
      h("div", { class: "scroll" }, table),
      this.#problem,
      add,
      this.#form,
    );
    this.own(this.#app.account.changes.on(() => void this.#load()));
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#app.account.who?.scope !== "admin") return;
    try {
      this.#rows.replaceChildren(...(await get_users()).map((user) => this.#row(user)));
      set_text(this.#problem, "");
    } catch (error) {
      set_text(this.#problem, error instanceof Error ? error.message : String(error));
    }
  }

  #row({ name, scope, created }: User): HTMLElement {
    const own = name === this.#app.account.who?.name;
    const right = h(
      "select",
      { "aria-label": `Right of ${name}`, disabled: own },
      ...scope_options.map(({ value, text }) =>
        h("option", { value, selected: value === scope }, text),
      ),
    );
    right.addEventListener("change", () => {
      const wanted = right.value as Scope;
      this.#try(change_user(name, { scope: wanted }), `${name} ${scope_words[wanted]}`);
    });
    const button = (text: string, label: string, onclick: () => void) =>
      h("button", { type: "button", class: "button", "aria-label": label, onclick }, text);
    const buttons = h(
      "span",
      { class: "group" },
      button("Password", `Password of ${name}`, () => this.#set_password(name)),
      !own && button("Remove", `Remove ${name}`, () => this.#remove(name)),
    );
    return h(
      "tr",
      {},
      h("td", {}, name, own && h("span", { class: "quiet" }, " (you)")),
      h("td", {}, right),
      h("td", {}, new Date(created).toLocaleDateString()),
      h("td", {}, buttons),
    );
  }

  #add(): void {
    const name: FormField = {
      label: "Name",
      name: "name",
      properties: {
        pattern: "[A-Za-z0-9_\\-]{1,64}",
        title: "Letters, digits, - and _",
        autocomplete: "off",
      },
    };
    const right: FormField = { label: "Right", name: "scope", options: scope_options };
    this.#form.open("Add user", "Add", [name, password_field, right], async (values) => {
      await add_user(values.name!, values.password!, values.scope as Scope);
      this.#app.announce(`User ${values.name} was added`);
      await this.#load();
    });
  }

  #set_password(name: string): void {
    const hint = `Wherever ${name} is signed in, that ends.`;
    this.#form.open(
      `New password of ${name}`,
      "Set",
      [password_field],
      async (values) => {
        await change_user(name, { password: values.password! });
        this.#app.announce(`The password of ${name} was changed`);
      },
      hint,
    );
  }

  #remove(name: string): void {
    this.#form.open(
      `Remove ${name}?`,
      "Remove",
      [],
      async () => {
        await remove_user(name);
        this.#app.announce(`User ${name} was removed`);
        await this.#load();
      },
      `${name} is signed out everywhere at once.`,
    );
  }

  #try(change: Promise<unknown>, done: string): void {
    set_text(this.#problem, "");
    change
      .then(() => this.#app.announce(done))
      .catch(async (error: unknown) => {
        await this.#load();
        set_text(this.#problem, error instanceof Error ? error.message : String(error));
      });
  }
}

customElements.define("user-list", UserList);
