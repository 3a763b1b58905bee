import { get_who, sign_out } from "../api/session.ts";
import type { Who } from "../api/session.ts";
import { Emitter } from "../live/emitter.ts";

// Who is signed in. A page that is not any more goes to the sign-in page (rest.ts does, on 401);
// the WebSocket cannot see a 401, so for a lost link check() is called.
export class Account {
  readonly changes = new Emitter<Who>();
  who: Who | null = null;

  async refresh(): Promise<void> {
    try {
      this.who = await get_who();
      document.documentElement.dataset.scope = this.who.scope; // see forms.css
      this.changes.emit(this.who);
    } catch {
      // The site is away: the banner says so.
    }
  }

  // Where nobody signs in there is nothing to ask: the site is away.
  async check(): Promise<void> {
    if (this.who?.kind !== "local") await this.refresh();
  }

  async sign_out(): Promise<void> {
    await sign_out();
    location.assign("/signin");
  }
}
