import type { ClassInfo } from "../api/types.ts";

export interface Selection {
  solo: number | null;
  hidden: ReadonlySet<number>;
}
export const all_classes: Selection = { solo: null, hidden: new Set() };

// Alpha of a palette entry tells the painters where a class is drawn.
export const alpha_hidden = 0;
export const alpha_mask_only = 128; // the background: seen in the mask, not laid over the video
export const alpha_shown = 255;

// 256 RGBA entries, one per class index; 255 (no class) and unknown ones are hidden.
export interface Palette {
  rgba: Uint8Array<ArrayBuffer>;
  version: number;
}

let versions = 0;

export function parse_colour(text: string): [number, number, number] | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (!match) return null;
  return [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)];
}

export const is_background = (info: ClassInfo) => info.index === 0 && info.name === "background";

export function is_shown(index: number, selection: Selection): boolean {
  if (selection.solo !== null) return index === selection.solo;
  return !selection.hidden.has(index);
}

export function make_palette(classes: readonly ClassInfo[], selection: Selection): Palette {
  const rgba = new Uint8Array(256 * 4);
  for (const info of classes) {
    if (info.index < 0 || info.index >= 255) continue;
    const colour = parse_colour(info.colour) ?? [128, 128, 128];
    const soloed = selection.solo === info.index;
    let alpha = is_background(info) && !soloed ? alpha_mask_only : alpha_shown;
    if (!is_shown(info.index, selection)) alpha = alpha_hidden;
    rgba.set([...colour, alpha], info.index * 4);
  }
  return { rgba, version: ++versions };
}
