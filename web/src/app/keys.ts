// All keys of the page, in the order in which the help shows them.
export const key_help: readonly { keys: string[]; does: string }[] = [
  { keys: ["1 – 9"], does: "open a device" },
  { keys: ["←", "→"], does: "previous and next device" },
  { keys: ["o"], does: "overlay: mask over the video" },
  { keys: ["s"], does: "split: video beside mask" },
  { keys: ["m"], does: "mask only" },
  { keys: ["v"], does: "video only" },
  { keys: ["b"], does: "boxes on and off" },
  { keys: ["l"], does: "lock each mask to its own frame" },
  { keys: ["space"], does: "pause and go on" },
  { keys: ["f"], does: "full screen" },
  { keys: ["+", "−", "0"], does: "zoom in, out, whole picture" },
  { keys: ["Shift + wheel"], does: "opacity of the mask" },
  { keys: ["Ctrl + wheel"], does: "zoom where the pointer is" },
  { keys: ["g"], does: "system page" },
  { keys: ["a"], does: "add a camera" },
  { keys: ["Esc"], does: "back" },
  { keys: ["?"], does: "this list" },
];

// The key as the handlers know it, or null when it belongs to something else: a text field, an
// open dialog, a browser shortcut, a control that uses this key itself.
export function page_key(event: KeyboardEvent): string | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (document.querySelector("dialog[open]")) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("textarea, select, [contenteditable]")) return null;
  const input = target?.closest("input");
  const is_slider = input?.type === "range" || target?.closest("[role=slider]") != null;
  if (input && !is_slider && input.type !== "checkbox") return null;
  if (is_slider && event.key.startsWith("Arrow")) return null;
  if (event.key === " " && target?.closest("button, a, summary, input, [role=button]")) return null;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}
