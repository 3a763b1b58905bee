import type { Rect } from "./geometry.ts";
import { alpha_hidden, alpha_mask_only, alpha_shown } from "./palette.ts";
import { context_2d, ground } from "./painter.ts";
import type { Layer, Painter, Scene } from "./painter.ts";

// Where there is no WebGL2: the class map becomes a small coloured picture, drawn enlarged.
class CanvasLayer implements Layer {
  readonly #context: CanvasRenderingContext2D;
  readonly #over: ColouredMap = new ColouredMap(alpha_shown);
  readonly #alone: ColouredMap = new ColouredMap(alpha_mask_only);

  constructor(canvas: HTMLCanvasElement) {
    this.#context = context_2d(canvas);
  }

  draw(scene: Scene): void {
    const context = this.#context;
    const { width, height } = context.canvas;
    context.clearRect(0, 0, width, height);
    const { mode, place, divider } = scene;
    if (mode === "mask") this.#draw_mask(scene);
    else this.#draw_video(scene);
    if (mode === "overlay") this.#draw_map(this.#over, scene, scene.opacity);
    if (mode !== "split" || divider >= place.x + place.width) return;
    context.save();
    context.beginPath();
    context.rect(divider, 0, width - divider, height);
    context.clip();
    this.#draw_mask(scene);
    context.restore();
  }

  free(): void {}

  #draw_video({ shown, place }: Scene): void {
    if (!shown.picture) return;
    this.#context.imageSmoothingEnabled = true;
    this.#context.imageSmoothingQuality = "low";
    this.#context.drawImage(shown.picture, place.x, place.y, place.width, place.height);
  }

  #draw_mask(scene: Scene): void {
    const { place } = scene;
    this.#context.fillStyle = `rgb(${ground.join(" ")})`;
    this.#context.fillRect(place.x, place.y, place.width, place.height);
    this.#draw_map(this.#alone, scene, 1);
  }

  #draw_map(coloured: ColouredMap, scene: Scene, opacity: number): void {
    const picture = coloured.picture_of(scene);
    if (!picture) return;
    const at = covered(scene);
    this.#context.imageSmoothingEnabled = false;
    this.#context.globalAlpha = opacity;
    this.#context.drawImage(picture, at.x, at.y, at.width, at.height);
    this.#context.globalAlpha = 1;
  }
}

// The part of the canvas that the mask covers.
function covered({ shown, place }: Scene): Rect {
  const header = shown.mask!.header;
  const [, , width, height] = header.area;
  const x = header.area[0] + shown.shift[0];
  const y = header.area[1] + shown.shift[1];
  const scale_x = place.width / header.width;
  const scale_y = place.height / header.height;
  return {
    x: place.x + x * scale_x,
    y: place.y + y * scale_y,
    width: width * scale_x,
    height: height * scale_y,
  };
}

// The newest class map in its colours, made again when the map or the palette changes.
class ColouredMap {
  readonly #alpha_min: number;
  #canvas: OffscreenCanvas | null = null;
  #made_of = "";

  // Classes whose palette alpha is below `alpha_min` are left out.
  constructor(alpha_min: number) {
    this.#alpha_min = Math.max(alpha_min, alpha_hidden + 1);
  }

  picture_of({ shown, palette }: Scene): OffscreenCanvas | null {
    const map = shown.map;
    if (!map || !shown.mask) return null;
    const made_of = `${shown.map_version} ${palette.version}`;
    if (made_of === this.#made_of && this.#canvas) return this.#canvas;
    this.#made_of = made_of;
    const image = new ImageData(map.width, map.height);
    const out = new Uint32Array(image.data.buffer);
    const colours = this.#colours(palette.rgba);
    for (let i = 0; i < out.length; ++i) out[i] = colours[map.indices[i]!]!;
    if (this.#canvas?.width !== map.width || this.#canvas.height !== map.height) {
      this.#canvas = new OffscreenCanvas(map.width, map.height);
    }
    this.#canvas.getContext("2d")?.putImageData(image, 0, 0);
    return this.#canvas;
  }

  // Alpha is all or nothing, so that premultiplication cannot change a colour.
  #colours(rgba: Uint8Array<ArrayBuffer>): Uint32Array {
    const bytes = rgba.slice();
    for (let i = 3; i < bytes.length; i += 4) bytes[i] = bytes[i]! >= this.#alpha_min ? 255 : 0;
    return new Uint32Array(bytes.buffer);
  }
}

export class CanvasPainter implements Painter {
  readonly kind = "2d";

  make_layer(canvas: HTMLCanvasElement): Layer {
    return new CanvasLayer(canvas);
  }
}
