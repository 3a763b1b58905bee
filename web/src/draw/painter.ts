import type { Rect } from "./geometry.ts";
import type { Palette } from "./palette.ts";
import type { Shown } from "../live/feed.ts";

export type Mode = "overlay" | "split" | "mask" | "video";
export const modes: readonly Mode[] = ["overlay", "split", "mask", "video"];

export interface Scene {
  shown: Shown;
  palette: Palette;
  mode: Mode;
  opacity: number; // 0..1 of the mask over the video
  divider: number; // split: x of the divider in device pixels
  place: Rect; // of the whole picture, in device pixels of the canvas
}

// What one view keeps on the graphics card.
export interface Layer {
  draw(scene: Scene): void;
  free(): void;
}

// Draws pictures with their class maps onto the views' canvases.
export interface Painter {
  readonly kind: "webgl2" | "2d";
  make_layer(canvas: HTMLCanvasElement): Layer;
}

// What is seen where the mask has no class, in mask mode; the same in both painters.
export const ground: readonly [number, number, number] = [24, 27, 30];

export function context_2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  return context;
}
