import type { Painter } from "../draw/painter.ts";
import { Emitter } from "../live/emitter.ts";
import type { Site } from "../live/site.ts";
import type { Account } from "./account.ts";
import type { Router } from "./router.ts";
import type { Settings } from "./settings.ts";

// What every view is given: the page's parts, made once in main.ts.
export interface App {
  site: Site;
  account: Account;
  settings: Settings;
  router: Router;
  painter: Painter;
  add_camera: Emitter; // somebody asks for the dialog that adds one
  redraw: Emitter; // the painter lost what it had: draw again
  announce: (text: string) => void; // to screen readers, politely
}
