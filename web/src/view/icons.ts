import { svg } from "../ui/dom.ts";

const paths = {
  pause: "M5 3v10M11 3v10",
  play: "M5 3l8 5-8 5z",
  camera: "M2 5h3l1-2h4l1 2h3v8H2zM8 11a2.2 2.2 0 1 0 0-4.4A2.2 2.2 0 0 0 8 11z",
  full: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  whole: "M2.5 4h11v8h-11zM5 8h6",
  minus: "M4 8h8",
  plus: "M4 8h8M8 4v8",
  panel: "M3 4h10M3 8h10M3 12h6",
  left: "M10 3L5 8l5 5",
  right: "M6 3l5 5-5 5",
  auto: "M8 2.5a5.5 5.5 0 1 1 0 11zM8 2.5a5.5 5.5 0 0 0 0 11",
  dark: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z",
  light:
    "M8 5.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1" +
    "M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  close: "M4 4l8 8M12 4l-8 8",
} as const;

export function icon(name: keyof typeof paths): SVGSVGElement {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: paths[name] }),
  );
}
