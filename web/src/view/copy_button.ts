import { h, set_text } from "../ui/dom.ts";

// Outside of https and localhost there is no clipboard API: the old way still works there.
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "off-screen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

// A button that copies what `text` gives, and says so for a moment.
export function copy_button(label: string, text: () => string): HTMLButtonElement {
  const button = h("button", { type: "button", class: "button" }, label);
  let timer = 0;
  button.addEventListener("click", async () => {
    set_text(button, (await copy(text())) ? "Copied" : "Could not copy");
    clearTimeout(timer);
    timer = window.setTimeout(() => set_text(button, label), 2000);
  });
  return button;
}
