import { codec_string } from "./h264.ts";

const decode_ms_max = 3000;

export interface VideoUnit {
  bytes: Uint8Array<ArrayBuffer>;
  key: boolean;
}

interface Waiting {
  resolve: (frame: VideoFrame) => void;
  reject: (error: Error) => void;
}

// One device's H.264, decoded by the browser (WebCodecs), unit by unit without delay. Belongs to
// the worker.
export class VideoStream {
  #decoder: VideoDecoder | null = null;
  #codec = "";
  #next = 0; // stands for the time of a unit, which nobody needs
  readonly #waiting = new Map<number, Waiting>();

  // The picture of the last unit; those before are decoded on the way to it. Null: a key frame is
  // needed first.
  async decode(units: VideoUnit[]): Promise<ImageBitmap | null> {
    let last: Promise<VideoFrame> | null = null;
    for (const unit of units) {
      if (unit.key) this.#configure(unit.bytes);
      if (!this.#decoder) continue;
      last?.then(
        (frame) => frame.close(),
        () => {},
      );
      last = this.#push(this.#decoder, unit);
    }
    if (!last) return null;
    const frame = await this.#within_limit(last);
    try {
      return await createImageBitmap(frame);
    } finally {
      frame.close();
    }
  }

  close(): void {
    this.#decoder?.close();
    this.#failed(new Error("nobody looks at the video"));
  }

  // Some decoders hold pictures back for ever where a stream does not say that it needs no order.
  async #within_limit(frame: Promise<VideoFrame>): Promise<VideoFrame> {
    const timer = setTimeout(() => {
      this.#decoder?.close();
      this.#failed(new Error("the decoder gives no picture"));
    }, decode_ms_max);
    try {
      return await frame;
    } finally {
      clearTimeout(timer);
    }
  }

  #configure(key: Uint8Array<ArrayBuffer>): void {
    const codec = codec_string(key);
    if (!codec || (this.#decoder && codec === this.#codec)) return;
    this.#decoder?.close();
    this.#codec = codec;
    this.#decoder = new VideoDecoder({
      output: (frame) => this.#arrived(frame),
      error: (error) => this.#failed(error),
    });
    this.#decoder.configure({ codec, optimizeForLatency: true });
  }

  #push(decoder: VideoDecoder, unit: VideoUnit): Promise<VideoFrame> {
    const timestamp = this.#next++;
    const type = unit.key ? "key" : "delta";
    return new Promise((resolve, reject) => {
      this.#waiting.set(timestamp, { resolve, reject });
      decoder.decode(new EncodedVideoChunk({ type, timestamp, data: unit.bytes }));
    });
  }

  #arrived(frame: VideoFrame): void {
    const waiting = this.#waiting.get(frame.timestamp);
    this.#waiting.delete(frame.timestamp);
    if (waiting) waiting.resolve(frame);
    else frame.close();
  }

  // A decoder that has failed is closed; the next key frame opens another.
  #failed(error: Error): void {
    this.#decoder = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
