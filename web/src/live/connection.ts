import type { ClientMessage, FrameHeader, ServerMessage, Want } from "../api/types.ts";
import { backoff_ms } from "./backoff.ts";
import { Emitter } from "./emitter.ts";
import { parse_binary } from "./message.ts";
import type { BinaryMessage } from "./message.ts";
import type { VideoChoice } from "./video_choice.ts";

export type Link =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "lost"; since: number; retry_at: number } // times of Date.now()
  | { state: "resting" }; // closed on purpose: the tab is hidden

// The site sends a device list every second. A machine that lost its power or its cable sends
// nothing, and no end either.
const silence_max_ms = 6_000;

// A page left in the background keeps its connection this long, in case it comes right back.
const rest_after_ms = 15_000;

// The page's one WebSocket to the site. Collects what the views want and sends it as one
// subscription; wants nothing while the tab is hidden; comes back by itself with growing pauses.
export class Connection {
  readonly messages = new Emitter<ServerMessage>();
  readonly binaries = new Emitter<BinaryMessage>();
  readonly link_changes = new Emitter<Link>();
  link: Link = { state: "connecting" };

  readonly #url: string;
  readonly #video: VideoChoice;
  readonly #wants = new Map<object, { device: string; want: Want }>();
  #system_wanted = 0;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #lost_since = 0;
  #heard_at = 0; // Date.now() of the site's newest message, or of the attempt to reach it
  #retry_timer = 0;
  #rest_timer = 0;
  #subscribe_queued = false;
  #subscribed = "";

  constructor(url: string, video: VideoChoice) {
    this.#url = url;
    this.#video = video;
    video.changes.on(() => this.#queue_subscribe());
    document.addEventListener("visibilitychange", () => this.#visibility_changed());
    window.addEventListener("online", () => this.retry_now());
    window.setInterval(() => this.#check_silence(), 1_000);
    this.#open();
  }

  // `owner` (a view) wants this of `device`; null takes it back.
  want(owner: object, device: string, want: Want | null): void {
    if (want) this.#wants.set(owner, { device, want });
    else this.#wants.delete(owner);
    this.#queue_subscribe();
  }

  // Until the returned function is called, the site's inner numbers come each second.
  want_system(): () => void {
    ++this.#system_wanted;
    this.#queue_subscribe();
    return () => {
      --this.#system_wanted;
      this.#queue_subscribe();
    };
  }

  ack({ device, sequence, sent }: FrameHeader): void {
    this.#send({ type: "ack", device, sequence, sent });
  }

  retry_now(): void {
    if (this.link.state !== "lost") return;
    clearTimeout(this.#retry_timer);
    this.#open();
  }

  #set_link(link: Link): void {
    this.link = link;
    this.link_changes.emit(link);
  }

  #open(): void {
    const earlier = this.#socket;
    this.#socket = null;
    earlier?.close(); // an attempt that takes long
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#heard_at = Date.now();
    if (this.link.state === "resting") this.#set_link({ state: "connecting" });
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      this.#lost_since = 0;
      this.#subscribed = "";
      this.#subscribe();
      this.#set_link({ state: "open" });
    };
    socket.onmessage = (message) => {
      if (this.#socket === socket) this.#receive(message.data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost();
    };
  }

  #check_silence(): void {
    const socket = this.#socket;
    if (!socket || document.hidden || Date.now() - this.#heard_at < silence_max_ms) return;
    socket.close(); // says that it is closed only when the site answers, or after minutes
    this.#lost();
  }

  #receive(data: string | ArrayBuffer): void {
    this.#heard_at = Date.now();
    if (typeof data !== "string") {
      const binary = parse_binary(data);
      if (binary) this.binaries.emit(binary);
      return;
    }
    try {
      this.messages.emit(JSON.parse(data) as ServerMessage);
    } catch {
      console.warn("The site sent a message that is no JSON.");
    }
  }

  #lost(): void {
    this.#socket = null;
    if (this.link.state === "resting") return;
    if (this.#lost_since === 0) this.#lost_since = Date.now();
    const wait = backoff_ms(this.#attempt++, Math.random());
    this.#set_link({ state: "lost", since: this.#lost_since, retry_at: Date.now() + wait });
    this.#retry_timer = window.setTimeout(() => this.#open(), wait);
  }

  #visibility_changed(): void {
    clearTimeout(this.#rest_timer);
    this.#heard_at = Date.now(); // nobody looked at the time while it was hidden
    this.#subscribe();
    if (document.hidden) {
      this.#rest_timer = window.setTimeout(() => this.#rest(), rest_after_ms);
    } else if (this.link.state === "resting") {
      this.#open();
    } else {
      this.retry_now();
    }
  }

  #rest(): void {
    clearTimeout(this.#retry_timer);
    this.#set_link({ state: "resting" });
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  // Views come and go in bunches (a page change, a scroll): one message for all of them.
  #queue_subscribe(): void {
    if (this.#subscribe_queued) return;
    this.#subscribe_queued = true;
    setTimeout(() => {
      this.#subscribe_queued = false;
      this.#subscribe();
    }, 0);
  }

  #subscribe(): void {
    if (!this.#video.decided) return; // its change asks again
    const devices: Record<string, Want> = {};
    for (const { device, want } of document.hidden ? [] : this.#wants.values()) {
      const sum = (devices[device] ??= { frames: false, masks: false, results: false });
      sum.frames ||= want.frames;
      sum.h264 = this.#video.takes_h264;
      sum.masks ||= want.masks;
      sum.results ||= want.results;
    }
    const system = this.#system_wanted > 0 && !document.hidden;
    const message = { type: "subscribe", devices, events: !document.hidden, system } as const;
    const text = JSON.stringify(message);
    if (text !== this.#subscribed && this.#send(message)) this.#subscribed = text;
  }

  #send(message: ClientMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }
}
