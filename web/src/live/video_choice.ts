import { Emitter } from "./emitter.ts";

export type VideoKind = "auto" | "jpeg";

// Whether this browser takes H.264 as cameras send it, or JPEG that the site makes of it.
export class VideoChoice {
  readonly changes = new Emitter();
  // Why it cannot; empty: it can.
  obstacle = "This browser plays no H.264.";
  decided = false; // before that nothing is asked for: JPEG would be made in vain
  #kind: VideoKind;

  constructor(kind: VideoKind) {
    this.#kind = kind;
    void this.#probe().then(() => {
      this.decided = true;
      this.changes.emit();
    });
  }

  get kind(): VideoKind {
    return this.#kind;
  }

  set kind(kind: VideoKind) {
    this.#kind = kind;
    this.changes.emit();
  }

  get takes_h264(): boolean {
    return this.#kind === "auto" && !this.obstacle;
  }

  // It said it could, and it cannot.
  give_up(error: string): void {
    if (this.obstacle) return;
    console.warn("H.264 is not played any more:", error);
    this.obstacle = "This browser failed to play H.264.";
    this.changes.emit();
  }

  async #probe(): Promise<void> {
    if (!window.isSecureContext) {
      this.obstacle = "H.264 needs a page by HTTPS, or from localhost.";
      return;
    }
    if (!("VideoDecoder" in window)) return;
    const config = { codec: "avc1.42e01e", optimizeForLatency: true };
    const { supported } = await VideoDecoder.isConfigSupported(config).catch(() => ({
      supported: false,
    }));
    if (!supported) return;
    this.obstacle = "";
  }
}
