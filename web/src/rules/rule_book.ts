import { delete_rule, get_rules, put_rule } from "../api/rest.ts";
import type { Rule, RuleChange, Rules } from "../api/types.ts";
import type { App } from "../app/app.ts";
import { Emitter } from "../live/emitter.ts";
import type { Off } from "../live/emitter.ts";

const every_ms = 2000;

// The site's rules, asked for again every two seconds while somebody looks, and at once when an
// alert comes.
export class RuleBook {
  readonly changes = new Emitter();
  rules: Rule[] = [];
  sinks: string[] = [];
  known = false;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  of(device: string): Rule[] {
    return this.rules.filter((rule) => rule.device === device);
  }

  attach(): Off {
    const timer = window.setInterval(() => {
      if (!document.hidden) void this.refresh();
    }, every_ms);
    const off = this.#app.site.event_arrivals.on((events) => {
      if (events.some((event) => event.kind === "alert")) void this.refresh();
    });
    void this.refresh();
    return () => {
      clearInterval(timer);
      off();
    };
  }

  // A site that does not answer is the banner's to tell.
  async refresh(): Promise<void> {
    try {
      this.#set(await get_rules());
    } catch (error) {
      console.warn(error);
    }
  }

  async put(rule: RuleChange): Promise<void> {
    await put_rule(rule);
    await this.refresh();
  }

  async remove(name: string): Promise<void> {
    this.#set(await delete_rule(name));
  }

  #set({ rules, sinks }: Rules): void {
    this.rules = rules;
    this.sinks = sinks;
    this.known = true;
    this.changes.emit();
  }
}
