import type { System, SystemDevice } from "../api/types.ts";
import { View, svg } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { device_path } from "../app/router.ts";

// Where the frames go: cameras -> bus -> scheduler -> sessions -> viewers, with rates on the
// arrows and what is dropped in red where it happens. Wide windows read from left to right, narrow
// ones from top to bottom: the same layout with its axes exchanged.

export interface Drops {
  camera: number;
  queue: number;
  viewer: number;
}
export type DropRates = ReadonlyMap<string, Drops>;

const narrow_below = 760;
const rows_max = 12;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Node extends Box {
  title: string;
  note: string;
  href?: string;
}

const sum = (values: (number | null)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);

const least_drop = 0.05;
const dropped = (value: number) => (value < least_drop ? "" : `−${format.rate(value)}/s`);

function node(box: Box, title: string, note: string, href?: string): Node {
  return href ? { ...box, title, note, href } : { ...box, title, note };
}

// Boxes of one column (or row), spread over the cross direction.
function spread(count: number, room: number, size: number): number[] {
  const gap = Math.min(8, (room - count * size) / Math.max(1, count - 1));
  const total = count * size + (count - 1) * gap;
  return Array.from({ length: count }, (_, i) => (room - total) / 2 + i * (size + gap));
}

export class PipelineDrawing extends View {
  #system: System | null = null;
  #drops: DropRates = new Map();

  protected override connected(): void {
    const observer = new ResizeObserver(() => this.#draw());
    observer.observe(this);
    this.own(() => observer.disconnect());
  }

  update(system: System, drops: DropRates): void {
    this.#system = system;
    this.#drops = drops;
    this.#draw();
  }

  #draw(): void {
    if (!this.#system || this.clientWidth === 0) return;
    if (this.matches(":active")) return; // a click on what would be replaced would be lost
    const narrow = this.clientWidth < narrow_below;
    const drawing = narrow ? this.#draw_narrow(this.#system) : this.#draw_wide(this.#system);
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", pipeline_words(this.#system, this.#drops).join(". "));
    const focused = this.querySelector("a:focus")?.getAttribute("href");
    this.replaceChildren(drawing);
    if (focused) drawing.querySelector<SVGAElement>(`a[href="${focused}"]`)?.focus();
  }

  #total_drops(): Drops {
    const all = [...this.#drops.values()];
    return {
      camera: sum(all.map((drop) => drop.camera)),
      queue: sum(all.map((drop) => drop.queue)),
      viewer: sum(all.map((drop) => drop.viewer)),
    };
  }

  #draw_wide(system: System): SVGSVGElement {
    const width = this.clientWidth;
    const devices = system.devices.slice(0, rows_max);
    const viewers = system.viewers.slice(0, rows_max);
    const rows = Math.max(devices.length, system.sessions.length, viewers.length, 2);
    const row = 44;
    const lane = 56; // below: the video's way past the sessions
    const height = rows * (row + 8) + lane;
    const room = height - lane;
    const box_width = Math.min(184, (width - 4 * 88) / 5);
    const step = (width - box_width) / 4;
    const column = (i: number) => i * step;
    const box = (i: number, y: number): Box => ({ x: column(i), y, width: box_width, height: row });
    const one = (i: number, title: string, note: string) =>
      node(box(i, (room - row) / 2), title, note);
    const many = <T>(i: number, list: T[], make: (item: T, box: Box) => Node) =>
      spread(list.length, room, row).map((y, k) => make(list[k]!, box(i, y)));
    const cameras = many(0, devices, (item, at) => this.#camera(item, at));
    const bus = one(1, "Bus", system.bus.name);
    const scheduler = one(2, "Scheduler", scheduler_note(system));
    const sessions = many(3, system.sessions, (item, at) => session_node(item, at));
    const watching = many(4, viewers, (item, at) => viewer_node(item, at));
    if (watching.length === 0) watching.push(one(4, "Viewers", "nobody is looking"));
    if (sessions.length === 0) sessions.push(one(3, "Sessions", "none"));
    const totals = this.#total_drops();
    const parts: SVGElement[] = [];
    cameras.forEach((from, i) => {
      const drop = this.#drops.get(devices[i]!.id)?.camera ?? 0;
      parts.push(
        ...arrow(right(from), left(bus), format.rate(devices[i]!.camera_fps), dropped(drop), 0.25),
      );
    });
    const received = format.rate(sum(system.devices.map((item) => item.received_fps)));
    parts.push(...arrow(right(bus), left(scheduler), `${received} fps`, ""));
    sessions.forEach((to, i) => {
      const fps = system.sessions[i]?.fps ?? null;
      parts.push(...arrow(right(scheduler), left(to), format.rate(fps), "", 0.7));
    });
    watching.forEach((to) => {
      for (const from of sessions) parts.push(...arrow(right(from), left(to), "", ""));
    });
    parts.push(...drop_below(scheduler, dropped(totals.queue), "without result"));
    const shown = format.rate(sum(system.devices.map((item) => item.viewer_fps)));
    const last = watching.at(-1)!;
    parts.push(...video_lane(bus, last, height - 20, `video ${shown} fps`, dropped(totals.viewer)));
    const nodes = [...cameras, bus, scheduler, ...sessions, ...watching].map(draw_node);
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height }, ...parts, ...nodes);
  }

  #draw_narrow(system: System): SVGSVGElement {
    const width = this.clientWidth;
    const totals = this.#total_drops();
    const row = 44;
    const gap = 40;
    const full = (i: number, y = 0): Box => ({
      x: 0,
      y: y || i * (row + gap),
      width,
      height: row,
    });
    const names = system.devices.map((item) => item.id).join(", ") || "none";
    const fps = (values: (number | null)[]) => `${format.rate(sum(values))} fps`;
    const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
    const nodes = [
      node(full(0), count(system.devices.length, "camera"), names),
      node(full(1), "Bus", system.bus.name),
      node(full(2), "Scheduler", scheduler_note(system)),
      node(full(3), count(system.sessions.length, "session"), system.sessions[0]?.model ?? ""),
      node(
        full(4),
        count(system.viewers.length, "viewer"),
        `video ${fps(system.devices.map((item) => item.viewer_fps))}`,
      ),
    ];
    const labels: [string, string][] = [
      [fps(system.devices.map((item) => item.camera_fps)), dropped(totals.camera)],
      [fps(system.devices.map((item) => item.received_fps)), ""],
      [fps(system.devices.map((item) => item.inferred_fps)), dropped(totals.queue)],
      ["results and video", dropped(totals.viewer)],
    ];
    const parts = labels.flatMap(([label, drop], i) => {
      const from = nodes[i]!;
      return arrow_down(width / 2, from.y + from.height, nodes[i + 1]!.y, label, drop);
    });
    const height = nodes.at(-1)!.y + row + 2;
    return svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height },
      ...parts,
      ...nodes.map(draw_node),
    );
  }

  #camera(item: SystemDevice, at: Box): Node {
    return node(at, item.id, `${format.rate(item.inferred_fps)} results/s`, device_path(item.id));
  }
}

function session_node(item: System["sessions"][number], at: Box): Node {
  const busy = item.busy === null ? "" : `, ${Math.round(item.busy * 100)} % busy`;
  return node(at, item.model ?? item.name, `${format.milliseconds(item.infer_ms)}${busy}`);
}

function viewer_node(item: System["viewers"][number], at: Box): Node {
  return node(at, item.peer, `${format.rate(item.fps)} fps`);
}

// Frames that showed nothing new went no further than here.
function scheduler_note(system: System): string {
  const gated = sum(system.devices.map((item) => item.gated_fps));
  return gated < least_drop ? "newest frame of each" : `${format.rate(gated)} fps unchanged`;
}

const right = (box: Box) => ({ x: box.x + box.width, y: box.y + box.height / 2 });
const left = (box: Box) => ({ x: box.x, y: box.y + box.height / 2 });

function label(x: number, y: number, text: string, kind: string, anchor = "middle"): SVGElement[] {
  return text ? [svg("text", { x, y, class: kind, "text-anchor": anchor }, text)] : [];
}

// From one box to another, labelled `at` the way.
function arrow(
  from: { x: number; y: number },
  to: { x: number; y: number },
  rate: string,
  drop: string,
  at = 0.5,
): SVGElement[] {
  const middle = (from.x + to.x) / 2;
  const d = `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x - 5} ${to.y}`;
  // The curve's height where the label stands (the same curve, with its two control points).
  const t = at;
  const y = from.y * (1 - t) ** 2 * (1 + 2 * t) + to.y * t ** 2 * (3 - 2 * t);
  const x = from.x + (to.x - from.x) * t;
  return [
    svg("path", { d, class: "arrow" }),
    svg("path", { d: `M${to.x} ${to.y}l-6 -3.5v7z`, class: "arrow-head" }),
    ...label(x, y - 5, rate, "rate"),
    ...label(x, y + 14, drop, "drop"),
  ];
}

function arrow_down(x: number, from: number, to: number, rate: string, drop: string): SVGElement[] {
  return [
    svg("path", { d: `M${x} ${from}V${to - 5}`, class: "arrow" }),
    svg("path", { d: `M${x} ${to}l-3.5 -6h7z`, class: "arrow-head" }),
    ...label(x - 10, (from + to) / 2 + 4, rate, "rate", "end"),
    ...label(x + 10, (from + to) / 2 + 4, drop, "drop", "start"),
  ];
}

function drop_below(box: Box, drop: string, why: string): SVGElement[] {
  if (!drop) return [];
  const x = box.x + box.width / 2;
  const y = box.y + box.height;
  return [
    svg("path", { d: `M${x} ${y}v14`, class: "arrow drop-arrow" }),
    svg("path", { d: `M${x} ${y + 19}l-3.5 -6h7z`, class: "arrow-head drop-arrow" }),
    ...label(x, y + 34, `${drop} ${why}`, "drop"),
  ];
}

// Frames go to the viewers as the camera made them, past the sessions.
function video_lane(from: Box, to: Box, y: number, rate: string, drop: string): SVGElement[] {
  const start = from.x + from.width / 2;
  const end = to.x + to.width / 2;
  const bottom = to.y + to.height;
  const r = 8;
  const down = `M${start} ${from.y + from.height}V${y - r}q0 ${r} ${r} ${r}`;
  const d = `${down}H${end - r}q${r} 0 ${r} -${r}V${bottom + 5}`;
  return [
    svg("path", { d, class: "arrow" }),
    svg("path", { d: `M${end} ${bottom}l-3.5 6h7z`, class: "arrow-head" }),
    ...label((start + end) / 2, y - 6, rate, "rate"),
    ...label((start + end) / 2, y + 16, drop, "drop"),
  ];
}

function draw_node(item: Node): SVGElement {
  const { x, y, width, height } = item;
  const shape = [
    svg("rect", { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 6 }),
    svg("text", { x: x + 12, y: y + 19, class: "node-title" }, clip_text(item.title, width)),
    svg("text", { x: x + 12, y: y + 35, class: "node-note" }, clip_text(item.note, width)),
  ];
  return item.href
    ? svg("a", { href: item.href, class: "node" }, ...shape)
    : svg("g", { class: "node" }, ...shape);
}

function clip_text(text: string, width: number): string {
  const most = Math.floor((width - 20) / 6.6);
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

// The drawing in sentences, for screen readers and for the copied report.
export function pipeline_words(system: System, drops: DropRates): string[] {
  return system.devices.map((item) => {
    const drop = drops.get(item.id);
    const lost: [string, number][] = [
      ["at the camera", drop?.camera ?? 0],
      ["in the queue", drop?.queue ?? 0],
      ["at viewers", drop?.viewer ?? 0],
    ];
    const words = lost
      .filter(([, value]) => value >= least_drop)
      .map(([where, value]) => `${format.rate(value)}/s dropped ${where}`);
    const rates = [
      `camera ${format.rate(item.camera_fps)} fps`,
      `received ${format.rate(item.received_fps)}`,
      `inferred ${format.rate(item.inferred_fps)}`,
      ...((item.gated_fps ?? 0) >= least_drop ? [`unchanged ${format.rate(item.gated_fps)}`] : []),
      `viewed ${format.rate(item.viewer_fps)}`,
    ];
    return [`${item.id}: ${rates.join(", ")}`, ...words].join(", ");
  });
}

customElements.define("pipeline-drawing", PipelineDrawing);
