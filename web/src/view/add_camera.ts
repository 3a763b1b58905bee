import { add_camera, probe_camera } from "../api/cameras.ts";
import type { FoundCamera } from "../api/cameras.ts";
import { Problem } from "../api/rest.ts";
import type { App } from "../app/app.ts";
import { View, h, set_text } from "../ui/dom.ts";
import * as format from "../ui/format.ts";
import { camera_url, free_camera_name } from "./camera_url.ts";

const field = (label: string, properties: Record<string, unknown>, note = "") => {
  const input = h("input", { autocomplete: "off", spellcheck: "false", ...properties });
  return { input, row: h("label", {}, h("span", {}, label), input, note && h("small", {}, note)) };
};

// The dialog that adds an IP camera: it is tried first, and shows what came or what is wrong.
export class AddCamera extends View {
  readonly #app: App;
  readonly #dialog = h("dialog", { class: "add-camera", "aria-labelledby": "add-camera-title" });
  readonly #address = field(
    "Address",
    { name: "address", required: true, placeholder: "rtsp://10.0.0.7/stream1", inputmode: "url" },
    "The camera's RTSP address; its manual or its settings tell the path.",
  );
  readonly #user = field("User", { name: "camera-user" });
  readonly #password = field("Password", {
    name: "camera-password",
    type: "password",
    autocomplete: "new-password",
  });
  readonly #name = field("Name here", {
    name: "camera-name",
    required: true,
    pattern: "[A-Za-z0-9_\\-]{1,64}",
    title: "Letters, digits, - and _",
  });
  readonly #found = h("div", { class: "found", role: "status" });
  readonly #problem = h("div", { class: "trouble", role: "alert" });
  readonly #submit = h("button", { type: "submit", class: "button primary" });
  readonly #anyway = h("button", { type: "button", class: "button quiet" }, "Add it all the same");
  #tried = ""; // the source that was found to work
  #trial: AbortController | null = null;

  constructor(app: App) {
    super();
    this.#app = app;
  }

  protected override connected(): void {
    const cancel = h("button", { type: "button", class: "button" }, "Cancel");
    const form = h(
      "form",
      { class: "fields" },
      this.#address.row,
      this.#user.row,
      this.#password.row,
      this.#name.row,
      this.#found,
      this.#problem,
      h("div", { class: "row end" }, this.#anyway, cancel, this.#submit),
    );
    this.#dialog.append(h("h2", { id: "add-camera-title" }, "Add camera"), form);
    this.append(this.#dialog);
    this.listen(form, "submit", (event) => {
      event.preventDefault();
      void (this.#tried === this.#source ? this.#add() : this.#try());
    });
    this.listen(form, "input", (event) => {
      if (event.target !== this.#name.input) this.#reset();
    });
    this.listen(cancel, "click", () => this.#dialog.close());
    this.listen(this.#anyway, "click", () => form.reportValidity() && void this.#add());
    this.listen(this.#dialog, "close", () => this.#trial?.abort());
  }

  open(): void {
    if (this.#dialog.open) return;
    for (const { input } of [this.#address, this.#user, this.#password]) input.value = "";
    this.#name.input.value = free_camera_name(this.#app.site.devices.map(({ id }) => id));
    this.#reset();
    this.#dialog.showModal();
  }

  get #source(): string {
    return camera_url(
      this.#address.input.value,
      this.#user.input.value,
      this.#password.input.value,
    );
  }

  #reset(): void {
    this.#trial?.abort();
    this.#tried = "";
    this.#found.replaceChildren();
    this.#problem.replaceChildren();
    this.#anyway.hidden = true;
    this.#busy(null, "Try it");
  }

  #busy(words: string | null, button: string): void {
    this.#submit.disabled = words !== null;
    this.#dialog.toggleAttribute("data-busy", words !== null);
    if (words !== null) this.#found.replaceChildren(h("p", { class: "quiet" }, words));
    set_text(this.#submit, button);
  }

  async #try(): Promise<void> {
    this.#reset();
    const source = this.#source;
    const trial = new AbortController();
    this.#trial = trial;
    this.#busy("Trying it: this takes 15 s at most.", "Try it");
    try {
      this.#show(await probe_camera(source, trial.signal));
      this.#tried = source;
      this.#busy(null, "Add");
      this.#submit.focus();
    } catch (error) {
      if (!trial.signal.aborted) this.#complain(error);
    }
  }

  #show(found: FoundCamera): void {
    const { codec, width, height, fps, has_sound, hints, picture } = found;
    const facts: [string, string][] = [
      ["Video", `${codec}, ${width} × ${height}`],
      ["Rate", fps === null ? "only one picture came" : `${format.rate(fps)} pictures a second`],
      ["Sound", has_sound ? "there is some; it is left out" : "none"],
    ];
    const src = `data:image/jpeg;base64,${picture}`;
    const list = facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
    this.#found.replaceChildren(
      ...(picture ? [h("img", { src, alt: "Its picture" })] : []),
      h("p", {}, "It works."),
      h("dl", { class: "facts" }, ...list),
      ...hints.map((hint) => h("p", { class: "quiet" }, `${capital(hint)}.`)),
    );
  }

  #complain(error: unknown): void {
    this.#found.replaceChildren();
    this.#busy(null, this.#tried ? "Add" : "Try it");
    const known = error instanceof Problem ? error : null;
    const { problem, advice } = (known?.body ?? {}) as { problem?: string; advice?: string };
    const words = problem ?? (error instanceof Error ? error.message : String(error));
    this.#problem.replaceChildren(
      h("p", { class: "problem" }, `${capital(words).replace(/\.$/, "")}.`),
      advice ? h("p", {}, `${advice}.`) : "",
    );
    this.#anyway.hidden = known?.status !== 422; // it may only be switched off just now
    this.#address.input.focus();
  }

  async #add(): Promise<void> {
    const name = this.#name.input.value;
    this.#problem.replaceChildren();
    this.#submit.disabled = true;
    try {
      await add_camera(name, this.#source);
      this.#dialog.close();
      this.#app.announce(`Camera ${name} was added`);
      this.#app.router.go("/");
    } catch (error) {
      this.#submit.disabled = false;
      const words = error instanceof Error ? error.message : String(error);
      this.#problem.replaceChildren(h("p", { class: "problem" }, `${capital(words)}.`));
      this.#name.input.focus();
    }
  }
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

customElements.define("add-camera", AddCamera);
