import { Account } from "./app/account.ts";
import type { App } from "./app/app.ts";
import { AppShell } from "./app/app_shell.ts";
import { Router } from "./app/router.ts";
import { Settings } from "./app/settings.ts";
import { Decoder } from "./decode/decoder.ts";
import { CanvasPainter } from "./draw/canvas_painter.ts";
import type { Painter } from "./draw/painter.ts";
import { WebglPainter } from "./draw/webgl_painter.ts";
import { Emitter } from "./live/emitter.ts";
import { Site } from "./live/site.ts";
import { VideoChoice } from "./live/video_choice.ts";
import { h } from "./ui/dom.ts";
import "./style/index.css";

// `?renderer=2d` forces the canvas, for comparison and for graphics drivers that misbehave.
function make_painter(redraw: Emitter): Painter {
  if (new URLSearchParams(location.search).get("renderer") === "2d") return new CanvasPainter();
  try {
    return new WebglPainter(() => redraw.emit());
  } catch (error) {
    console.info("Masks are drawn without WebGL2:", error);
    return new CanvasPainter();
  }
}

function start(): void {
  const live_url = new URL("/api/v1/live", location.href);
  live_url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const redraw = new Emitter();
  const spoken = h("div", { class: "off-screen", role: "status", "aria-live": "polite" });
  const settings = new Settings();
  const video = new VideoChoice(settings.video);
  video.changes.on(() => (settings.video = video.kind));
  const app: App = {
    site: new Site(live_url.href, new Decoder(), video),
    account: new Account(),
    settings,
    router: new Router(),
    painter: make_painter(redraw),
    add_camera: new Emitter(),
    redraw,
    announce: (text) => {
      spoken.append(h("p", {}, text));
      if (spoken.childElementCount > 5) spoken.firstElementChild?.remove();
    },
  };
  void app.account.refresh();
  app.site.connection.link_changes.on((link) => {
    if (link.state === "lost") void app.account.check();
  });
  document.documentElement.dataset.renderer = app.painter.kind;
  document.body.append(new AppShell(app), spoken);
}

start();
