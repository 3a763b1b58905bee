import { get_events } from "../api/rest.ts";
import type {
  ClassInfo,
  Device,
  Hello,
  Result,
  ServerMessage,
  SiteEvent,
  System,
  WaitingDevice,
} from "../api/types.ts";
import type { Decoder } from "../decode/decoder.ts";
import { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { Feed } from "./feed.ts";
import { SiteClock, has_usable_times } from "./site_clock.ts";
import type { VideoChoice } from "./video_choice.ts";

// "line-2" comes before "line-10".
const by_name = new Intl.Collator("en", { numeric: true });

const events_max = 500;
const tick_ms = 500;

interface Totals {
  at: number;
  dropped: number | null;
  skipped: number;
}

// Everything the page knows of its site, kept up to date by the one connection.
export class Site {
  readonly connection: Connection;
  readonly video: VideoChoice;
  readonly clock = new SiteClock();
  readonly device_changes = new Emitter(); // also when only numbers changed: about once a second
  readonly event_arrivals = new Emitter<SiteEvent[]>(); // what is new, at once
  readonly system_changes = new Emitter<System>();
  readonly ticks = new Emitter(); // twice a second while the page is seen, for numbers and ages
  name = "";
  version = "";
  devices: Device[] = [];
  waiting: WaitingDevice[] = []; // unknown ones, until somebody accepts them
  devices_known = false;
  devices_at = 0; // Date.now() of the newest list
  events: SiteEvent[] = [];
  system: System | null = null;

  readonly #decoder: Decoder;
  #started = "";
  readonly #feeds = new Map<string, Feed>();
  readonly #totals = new Map<string, Totals>();

  constructor(url: string, decoder: Decoder, video: VideoChoice) {
    this.#decoder = decoder;
    this.video = video;
    this.connection = new Connection(url, video);
    this.connection.messages.on((message) => this.#receive(message));
    this.connection.binaries.on((message) => {
      this.#observe_capture(message.header.device, message.header.captured);
      this.feed(message.header.device).receive(message);
    });
    window.setInterval(() => {
      if (!document.hidden) this.ticks.emit();
    }, tick_ms);
  }

  device(id: string): Device | null {
    return this.devices.find((device) => device.id === id) ?? null;
  }

  // The site has forgotten the device, and with it what happened to it.
  forget_events(device: string): void {
    this.events = this.events.filter((event) => event.device !== device);
  }

  feed(id: string): Feed {
    let feed = this.#feeds.get(id);
    if (!feed) {
      feed = new Feed(id, this.#decoder, this.video, (header) => this.connection.ack(header));
      this.#feeds.set(id, feed);
    }
    return feed;
  }

  // How old a time stamp of the site is now, in milliseconds.
  age_ms(time: string): number {
    return this.clock.now() - Date.parse(time);
  }

  // A camera with a clock of its own says nothing about the site's time, nor does one that is not
  // known yet.
  #observe_capture(stream: string, captured: string): void {
    const device = this.devices.find(({ id, main }) => id === stream || main === stream);
    if (device && has_usable_times(device)) this.clock.observe(Date.parse(captured));
  }

  #receive_result(device: string, result: Result): void {
    this.#observe_capture(device, result.captured);
    const known = this.device(device);
    const usable = !known || has_usable_times(known);
    this.feed(device).receive_result(result, usable ? undefined : this.clock.now());
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        return this.#greeted(message);
      case "devices":
        this.waiting = message.waiting;
        return this.#set_devices(message.devices);
      case "result":
        return this.#receive_result(message.device, message.result);
      case "classes":
        return this.#set_classes(message.device, message.model, message.classes);
      case "event":
        return this.#add_events([message.event]);
      case "system":
        this.system = message.system;
        return this.system_changes.emit(message.system);
      case "error":
        console.warn(`The site says: ${message.message}`);
    }
  }

  #greeted({ site, version, started }: Hello): void {
    this.name = site;
    this.version = version;
    // Numbers of events begin anew with each start of the site.
    if (started !== this.#started) this.events = [];
    this.#started = started;
    get_events(this.events.at(-1)?.number ?? 0).then(
      (events) => this.#add_events(events),
      (error: unknown) => console.warn(error),
    );
  }

  #set_classes(device: string, model: string, classes: ClassInfo[]): void {
    this.feed(device).set_classes(model, classes);
  }

  #add_events(events: SiteEvent[]): void {
    const known = new Set(this.events.map((event) => event.number));
    const fresh = events.filter((event) => !known.has(event.number));
    if (fresh.length === 0) return;
    for (const { time } of fresh) this.clock.observe(Date.parse(time));
    this.events = [...this.events, ...fresh]
      .sort((a, b) => a.number - b.number)
      .slice(-events_max);
    this.event_arrivals.emit(fresh);
  }

  #set_devices(devices: Device[]): void {
    this.devices = devices.sort((a, b) => by_name.compare(a.id, b.id));
    this.devices_known = true;
    this.devices_at = Date.now();
    for (const device of devices) this.#add_rates(device);
    this.device_changes.emit();
  }

  #add_rates(device: Device): void {
    const feed = this.feed(device.id);
    const now = performance.now();
    const before = this.#totals.get(device.id);
    const skipped = feed.shown.frame?.header.skipped ?? 0;
    if (before && now - before.at < 900) return; // an extra list, because a state changed
    this.#totals.set(device.id, { at: now, dropped: device.dropped, skipped });
    const per_s = (value: number | null, old: number | null) =>
      before && value !== null && old !== null && value >= old
        ? ((value - old) * 1000) / (now - before.at)
        : null;
    feed.history.add_rates(this.clock.now(), {
      video_fps: device.video_fps,
      result_fps: device.result_fps,
      dropped_per_s: per_s(device.dropped, before?.dropped ?? null),
      skipped_per_s: per_s(skipped, before?.skipped ?? null),
    });
  }
}
