import type { Device } from "../api/types.ts";
import type { Link } from "../live/connection.ts";
import * as format from "../ui/format.ts";

// What the page says about a device, in words.
export type Shown = Device["state"] | "unknown" | "paused";

// What people call the device; its name on the bus where nobody gave it another.
export function label(device: Device): string {
  return device.name ?? device.id;
}

export function own_state(device: Device): Exclude<Shown, "unknown"> {
  return device.paused ? "paused" : device.state;
}

// While the page has no connection, what it knew last is no news.
export function shown_state(device: Device, link: Link): Shown {
  return link.state === "open" ? own_state(device) : "unknown";
}

function own_words(device: Device): string {
  switch (device.state) {
    case "live":
      return "live";
    case "connecting":
      return "connecting";
    case "stale":
      return `stale: last picture ${format.age(device.last_frame_age_ms)} ago`;
    case "away":
      return "away";
  }
}

export function state_words(device: Device, link: Link, devices_at: number): string {
  if (link.state !== "open") return `no news since ${format.clock(devices_at)}`;
  const words = device.detail || own_words(device);
  return device.adaptation ? `${words}, ${device.adaptation}` : words;
}

// The device has sent a picture, but sends none now.
export function has_only_last_picture(device: Device): boolean {
  return device.state !== "live" && device.last_frame_age_ms !== null;
}

// What keeps results from coming, or null. Says nothing a second time that the state says.
export function trouble(device: Device): string | null {
  if (device.paused) return null;
  if (device.error) return device.error;
  if (device.model === null && device.inferred_by !== "device") return "no model chosen";
  return null;
}

// Nothing keeps a model from running, it only takes a while.
export function model_is_coming(device: Device): boolean {
  return device.model !== null || !device.error || device.error.startsWith("loading model ");
}

// What is wrong with the times of its pictures, or null.
export function wrong_times(device: Device): string | null {
  if (!device.time_fault) return null;
  return device.time_fault === "still" ? "its times stand still" : "its times run backwards";
}

// What the camera itself does about a slow link, or null.
export function slow_link(device: Device): string | null {
  return device.adaptation ? "slow link" : null;
}

// One sentence on all devices: is everything all right, and if not, where?
export function summary(devices: Device[]): { text: string; state: Shown } {
  const paused = devices.filter((device) => device.paused);
  const of = (state: Device["state"]) =>
    devices.filter((device) => device.state === state && !device.paused);
  const names = (list: Device[]) =>
    list.length <= 3 ? list.map(label).join(", ") : `${list.length} devices`;
  const verb = (list: Device[]) => (list.length === 1 ? "is" : "are");
  const parts: string[] = [];
  for (const state of ["away", "stale", "connecting"] as const) {
    const list = of(state);
    if (list.length > 0) parts.push(`${names(list)} ${verb(list)} ${state}`);
  }
  const blind = of("live").filter((device) => trouble(device) !== null);
  if (blind.length > 0) parts.push(`${names(blind)} ${verb(blind)} without results`);
  const timeless = of("live").filter((device) => wrong_times(device) !== null);
  if (timeless.length > 0) parts.push(`the times of ${names(timeless)} are wrong`);
  const worst = (["away", "stale", "connecting"] as const).find((state) => of(state).length > 0);
  if (parts.length > 0) return { text: parts.join(", "), state: worst ?? "stale" };
  if (devices.length === 0) return { text: "No devices yet", state: "unknown" };
  const live = devices.length - paused.length;
  if (live === 0) return { text: `${names(paused)} ${verb(paused)} paused`, state: "paused" };
  if (paused.length > 0) return { text: `${live} live, ${paused.length} paused`, state: "live" };
  const all = live === 1 ? "1 device live" : `All ${live} devices live`;
  return { text: all, state: "live" };
}
