import { end_session, get_sessions } from "../api/session.ts";
import type { SessionInfo } from "../api/session.ts";
import { change_password } from "../api/users.ts";
import { View, h } from "../ui/dom.ts";
import { FormDialog } from "./form_dialog.ts";

// Where the user (for admins: anybody) is signed in, each with a way to end it.
export class SessionList extends View {
  readonly #rows = h("tbody", {});
  readonly #form = new FormDialog();
  readonly #problem = h("p", { class: "problem", role: "status" });

  protected override connected(): void {
    const heads = ["User", "Browser", "From", "Last seen", "Sign out"].map((text) =>
      h("th", { scope: "col" }, text),
    );
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#rows);
    const change = h("button", { type: "button", class: "button" }, "Change password");
    this.listen(change, "click", () => this.#change_password());
    this.replaceChildren(h("div", { class: "scroll" }, table), this.#problem, change, this.#form);
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const sessions = await get_sessions();
      this.#rows.replaceChildren(...sessions.map((session) => this.#row(session)));
      this.#problem.textContent = "";
    } catch (error) {
      this.#problem.textContent = String(error instanceof Error ? error.message : error);
    }
  }

  #change_password(): void {
    const field = (label: string, name: string, autocomplete: string) => ({
      label,
      name,
      properties: { type: "password", minlength: name === "present" ? 1 : 10, autocomplete },
    });
    this.#form.open(
      "Change your password",
      "Change",
      [
        field("Present", "present", "current-password"),
        field("New", "wanted", "new-password"),
        field("Once more", "again", "new-password"),
      ],
      async ({ present, wanted, again }) => {
        if (wanted !== again) throw new Error("the two passwords differ");
        await change_password(present!, wanted!);
        await this.#load();
      },
      "Your other browsers are signed out.",
    );
  }

  #row(session: SessionInfo): HTMLElement {
    const seen = new Date(session.used).toLocaleString();
    const end = h(
      "button",
      {
        type: "button",
        class: "button",
        "aria-label": `Sign out ${session.user} from ${session.peer}`,
        onclick: () => void this.#end(session),
      },
      "Sign out",
    );
    return h(
      "tr",
      {},
      h("td", {}, session.user),
      h("td", { title: session.agent }, browser_name(session.agent)),
      h("td", {}, session.peer),
      h("td", {}, seen),
      h("td", {}, session.own && "this browser ", end),
    );
  }

  async #end(session: SessionInfo): Promise<void> {
    try {
      await end_session(session.id);
      if (session.own) location.assign("/signin");
      else await this.#load();
    } catch (error) {
      this.#problem.textContent = String(error instanceof Error ? error.message : error);
    }
  }
}

// "Firefox on Linux" out of what a browser calls itself; browsers name others before themselves.
export function browser_name(agent: string): string {
  const find = (names: [string, string][]) => names.find(([part]) => agent.includes(part))?.[1];
  const browser = find([
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ]);
  const system = find([
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Windows", "Windows"],
    ["Mac OS", "macOS"],
    ["Linux", "Linux"],
  ]);
  if (!browser) return agent.split(" ")[0] || "unknown";
  return system ? `${browser} on ${system}` : browser;
}

customElements.define("session-list", SessionList);
