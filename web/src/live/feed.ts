import type { ClassInfo, FrameHeader, MaskHeader, Result } from "../api/types.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { ClassMap } from "../decode/png.ts";
import { amounts, unit_of } from "./amounts.ts";
import type { Unit } from "./amounts.ts";
import { Emitter } from "./emitter.ts";
import { History } from "./history.ts";
import { LockRing } from "./lock_ring.ts";
import type { BinaryMessage } from "./message.ts";
import { NewestGate } from "./newest_gate.ts";
import { StillKeeper } from "./still_keeper.ts";
import { UnitQueue } from "./unit_queue.ts";
import type { VideoChoice } from "./video_choice.ts";
import { ViewerRate } from "./viewer_rate.ts";

export interface Frame {
  header: FrameHeader;
  bytes: Uint8Array<ArrayBuffer>; // a JPEG, or an access unit of H.264
}

export interface Mask {
  header: MaskHeader;
  png: Uint8Array<ArrayBuffer>;
}

// What is on the screen of one device. `version`s change with the content and are used once.
export interface Shown {
  frame: Frame | null;
  picture: ImageBitmap | null;
  picture_version: number;
  mask: Mask | null;
  map: ClassMap | null;
  map_version: number;
  shift: readonly [number, number]; // of the picture since the mask, in the frame's pixels
  result: Result | null;
}

let versions = 0;
const next_version = () => ++versions;

interface Finding {
  mask: Mask | null;
}
interface LockedInput {
  frame: Frame;
  finding: Finding;
}
interface LockedOutput {
  picture: ImageBitmap;
  map: ClassMap | null;
}

// Frames kept for locking: two seconds at 30 a second; a few hundred kB each at most.
const lock_frames = 64;
const lock_findings = 16;
// H.264 that is not decoded yet; a group of an IP camera may last ten seconds.
const lock_units = 320;
// One key frame after another, and none can be decoded.
const failures_max = 3;
// What was found in a picture older than this says nothing about the video any more.
const finding_age_ms_max = 5000;
// A decoder that nobody looks at for so long is given back: phones have few.
const decoder_kept_ms = 10_000;

const still: readonly [number, number] = [0, 0];

// One device's stream as it arrives: decoding with newest wins, acknowledgement of every frame
// once it was drawn or discarded, the newest result, two minutes of history.
// Two ways to show: `locked` (each mask with the very frame it was computed from) or the video at
// full rate with the newest mask.
export class Feed {
  readonly device: string;
  readonly history = new History();
  readonly viewer_rate = new ViewerRate();
  readonly ready = new Emitter(); // advance() will show something new
  readonly result_changes = new Emitter<Result>();
  readonly class_changes = new Emitter(); // other classes, or another unit
  readonly still_changes = new Emitter(); // there is a newer frame of which all is known
  classes: ClassInfo[] = [];
  classes_model: string | null = null;
  unit: Unit = "share";
  result: Result | null = null;
  shown: Shown = {
    frame: null,
    picture: null,
    picture_version: 0,
    mask: null,
    map: null,
    map_version: 0,
    shift: still,
    result: null,
  };

  readonly #decoder: Decoder;
  readonly #video: VideoChoice;
  readonly #units = new UnitQueue<Frame>(lock_units);
  #failures = 0; // of H.264, in a row
  readonly #ack: (header: FrameHeader) => void;
  readonly #frames: NewestGate<Frame, ImageBitmap>;
  readonly #masks: NewestGate<Mask, ClassMap>;
  readonly #pairs: NewestGate<LockedInput, LockedOutput>;
  readonly #ring = new LockRing<Frame, Finding>(lock_frames, lock_findings);
  readonly #results = new Map<number, Result>(); // the newest, by their frames' sequence
  readonly #stills = new StillKeeper<Frame, Mask, Result>(lock_frames, lock_units, lock_findings);
  #keeps_stills = false;
  #last_mask: Mask | null = null;
  #locked = false;
  #attended = false;
  #forget_timer: ReturnType<typeof setTimeout> | undefined;
  #picture_ms = -Infinity; // when the newest picture on the screen was captured

  constructor(
    device: string,
    decoder: Decoder,
    video: VideoChoice,
    ack: (header: FrameHeader) => void,
  ) {
    this.device = device;
    this.#decoder = decoder;
    this.#video = video;
    this.#ack = ack;
    const ready = () => this.ready.emit();
    this.#frames = new NewestGate({
      work: (frame) => this.#decode(frame),
      ready,
      discard: (frame) => this.#done(frame),
      dispose: (picture) => picture.close(),
    });
    this.#masks = new NewestGate({
      work: (mask) => decoder.map(mask.png),
      ready,
      discard: () => {},
      dispose: () => {},
    });
    this.#pairs = new NewestGate({
      work: async ({ frame, finding }) => {
        const map = finding.mask ? decoder.map(finding.mask.png) : null;
        return { picture: await this.#decode(frame), map: await map };
      },
      ready,
      discard: () => {},
      dispose: (output) => output.picture.close(),
    });
  }

  // Somebody draws; else frames still on their way are discarded.
  get attended(): boolean {
    return this.#attended;
  }

  set attended(attended: boolean) {
    if (attended === this.#attended) return;
    this.#attended = attended;
    clearTimeout(this.#forget_timer);
    if (attended) return;
    this.#forget_timer = setTimeout(() => this.#decoder.forget(this.device), decoder_kept_ms);
  }

  // The newest result, unless the pictures have gone on without it.
  get current_result(): Result | null {
    return this.result && this.#is_current(this.result.captured) ? this.result : null;
  }

  // Of the device's large stream: what was found is drawn over that.
  note_picture(frame: Frame): void {
    this.#picture_ms = Date.parse(frame.header.captured);
  }

  // Whether still() may be asked for; it costs memory.
  set keeps_stills(keeps: boolean) {
    this.#keeps_stills = keeps;
    if (!keeps) this.#stills.clear();
  }

  // Results come, so that there will be a frame of which all is known.
  get finds(): boolean {
    return this.current_result !== null;
  }

  get has_still(): boolean {
    const still = this.#stills.newest;
    return still !== null && this.#is_current(still.result.captured);
  }

  // The newest frame with its own mask and its own result, decoded; null: there is none, or it is
  // of long ago. The picture is the caller's to close.
  async still(): Promise<Shown | null> {
    const found = this.has_still ? this.#stills.newest! : null;
    if (!found) return null;
    const { mask, result } = found;
    const map = mask ? this.#decoder.map(mask.png) : null;
    const picture = await this.#decode_still(found.frames);
    if (!picture) return null;
    return {
      frame: found.frames.at(-1)!,
      picture,
      picture_version: next_version(),
      mask,
      map: await map,
      map_version: next_version(),
      shift: still,
      result,
    };
  }

  // Beside the video that goes on: a decoder of its own.
  async #decode_still(frames: Frame[]): Promise<ImageBitmap | null> {
    const frame = frames.at(-1)!;
    if (frame.header.codec !== "h264") return this.#decoder.picture(frame.bytes);
    const stream = `${this.device} still`;
    const units = frames.map((unit) => ({ bytes: unit.bytes, key: unit.header.key }));
    try {
      return await this.#decoder.video(stream, units);
    } finally {
      this.#decoder.forget(stream);
    }
  }

  #note_still(note: () => void): void {
    if (!this.#keeps_stills) return;
    const before = this.#stills.newest;
    note();
    if (this.#stills.newest !== before) this.still_changes.emit();
  }

  get locked(): boolean {
    return this.#locked;
  }

  set locked(locked: boolean) {
    if (locked === this.#locked) return;
    this.discard_waiting();
    this.#locked = locked;
  }

  // The site tells them with every subscription: only a change is news.
  set_classes(model: string | null, classes: ClassInfo[]): void {
    const same = JSON.stringify(classes) === JSON.stringify(this.classes);
    if (same && model === this.classes_model) return;
    if (!same) this.history.forget_classes(); // their indices mean others now
    this.classes_model = model;
    this.classes = classes;
    this.class_changes.emit();
  }

  receive(message: BinaryMessage): void {
    const { header, payload } = message;
    if (header.type === "frame") this.#receive_frame({ header, bytes: payload });
    else this.#receive_mask({ header, png: payload });
  }

  // `time_ms`: when its frame was captured, or when it came, where nobody knows that.
  receive_result(result: Result, time_ms = Date.parse(result.captured)): void {
    this.result = result;
    this.#set_unit(unit_of(result));
    this.history.add_result(result, amounts(result, this.classes), time_ms);
    if (result.inferred) {
      const masked = this.#has_masks(result);
      this.#note_still(() => this.#stills.add_result(result.frameseq, result, masked));
    }
    this.#results.set(result.frameseq, result);
    if (this.#results.size > lock_findings) {
      this.#results.delete(this.#results.keys().next().value!);
    }
    if (this.#locked && (!result.inferred || !this.#has_masks(result))) {
      // A frame with nothing new to see goes with the mask that is repeated.
      const mask = result.inferred ? null : this.#last_mask;
      this.#push_pair(this.#ring.add_finding(result.frameseq, { mask }));
    }
    this.ready.emit();
    this.result_changes.emit(result);
  }

  #set_unit(unit: Unit): void {
    if (unit === this.unit) return;
    this.unit = unit;
    this.class_changes.emit();
  }

  // A large one is dozens of megabytes, and the next visit begins with another.
  forget_picture(): void {
    this.shown.picture?.close();
    this.shown.picture = null;
    this.shown.frame = null;
    this.shown.picture_version = next_version();
  }

  // Called in the drawing step: puts the newest that is ready into `shown`. True if it changed.
  advance(): boolean {
    return this.#locked ? this.#advance_locked() : this.#advance_free();
  }

  // Nothing that waits will be drawn: the views are gone, hidden or paused.
  discard_waiting(): void {
    this.#frames.clear();
    this.#masks.clear();
    this.#pairs.clear();
    this.#ring.clear();
  }

  #receive_frame(frame: Frame): void {
    this.viewer_rate.add(frame.header.sent, frame.header.skipped, performance.now());
    this.#note_still(() => this.#stills.add_frame(frame));
    const is_video = frame.header.codec === "h264";
    if (is_video) this.#units.push(frame);
    if (!this.attended) return this.#done(frame);
    if (!this.#locked) {
      this.#frames.push(frame);
      // The next one builds on it, drawn or not.
      if (is_video) this.#done(frame);
      return;
    }
    this.#push_pair(this.#ring.add_frame(frame.header.sequence, frame));
    this.#done(frame); // it costs the connection nothing more
  }

  async #decode(frame: Frame): Promise<ImageBitmap> {
    if (frame.header.codec !== "h264") return this.#decoder.picture(frame.bytes);
    const units = this.#units
      .take_until(frame.header.sequence)
      .map((unit) => ({ bytes: unit.bytes, key: unit.header.key }));
    try {
      const picture = await this.#decoder.video(this.device, units);
      if (picture) {
        this.#failures = 0;
        return picture;
      }
    } catch (error) {
      if (++this.#failures === failures_max) this.#video.give_up(String(error));
      throw error;
    }
    throw new Error("the video waits for a key frame");
  }

  #receive_mask(mask: Mask): void {
    this.#last_mask = mask;
    this.#note_still(() => this.#stills.add_mask(mask.header.sequence, mask));
    if (!this.#locked) return this.#masks.push(mask);
    this.#push_pair(this.#ring.add_finding(mask.header.sequence, { mask }));
  }

  // A detector has results only. Of a model with masks, a mask may be overtaken by a newer one
  // before its result comes: that result then has no mask, but a finding without one it is not.
  #has_masks(result: Result): boolean {
    if (!this.#last_mask) return false;
    const age = Date.parse(result.captured) - Date.parse(this.#last_mask.header.captured);
    return age < finding_age_ms_max;
  }

  #push_pair(pair: LockedInput | null): void {
    if (pair) this.#pairs.push({ frame: pair.frame, finding: pair.finding });
  }

  #advance_free(): boolean {
    const shown = this.shown;
    const frame = this.#frames.take();
    const mask = this.#masks.take();
    if (frame) {
      this.#show_picture(frame.input, frame.output);
      this.#done(frame.input);
    }
    if (mask) this.#show_map(mask.input, mask.output);
    const outdated = shown.map !== null && this.#map_is_outdated();
    if (outdated) this.#show_map(null, null);
    const result = this.current_result;
    const result_changed = shown.result !== result;
    shown.result = result;
    shown.shift = result?.shift ?? still;
    return frame !== null || mask !== null || outdated || result_changed;
  }

  #advance_locked(): boolean {
    const shown = this.shown;
    const pair = this.#pairs.take();
    if (pair) {
      this.#show_picture(pair.input.frame, pair.output.picture);
      this.#show_map(pair.input.finding.mask, pair.output.map);
    }
    // Boxes come with the result, which may follow its mask a little later.
    const result = this.#results.get(shown.frame?.header.sequence ?? -1) ?? null;
    const changed = pair !== null || result !== shown.result;
    shown.result = result;
    shown.shift = result?.shift ?? still;
    return changed;
  }

  // Gated frames have a result without a mask: the mask before them still holds.
  #map_is_outdated(): boolean {
    const mask = this.shown.mask;
    return mask !== null && !this.#is_current(mask.header.captured) && !this.current_result;
  }

  #is_current(captured: string): boolean {
    return this.#picture_ms - Date.parse(captured) <= finding_age_ms_max;
  }

  #show_picture(frame: Frame, picture: ImageBitmap): void {
    this.shown.picture?.close();
    this.shown.frame = frame;
    this.shown.picture = picture;
    this.note_picture(frame);
    this.shown.picture_version = next_version();
  }

  #show_map(mask: Mask | null, map: ClassMap | null): void {
    this.shown.mask = mask;
    this.shown.map = map;
    this.shown.map_version = next_version();
  }

  #done(frame: Frame): void {
    this.#ack(frame.header);
  }
}
