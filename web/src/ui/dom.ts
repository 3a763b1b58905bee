import type { Off } from "../live/emitter.ts";

type Child = Node | string | null | undefined | false;
type Properties = Record<string, unknown>;

// Styles go through the object model: a `style` attribute would need 'unsafe-inline' in the site's
// content security policy.
function apply(element: HTMLElement | SVGElement, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "style") {
      element.style.cssText = String(value);
    } else if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value as EventListener);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

// h("button", {class: "quiet", onclick: f}, "Text"): an element with attributes, listeners and
// children. Text never becomes markup.
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  apply(element, properties);
  for (const child of children) if (child) element.append(child);
  return element;
}

const svg_namespace = "http://www.w3.org/2000/svg";

export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(svg_namespace, name);
  apply(element, properties);
  for (const child of children) if (child) element.append(child);
  return element;
}

// Writes only what changes: an untouched node keeps selection, and costs no layout.
export function set_text(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function set_attribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Base of our elements. What is registered by own() while connected is undone on leaving the page.
export abstract class View extends HTMLElement {
  #offs: Off[] = [];

  protected abstract connected(): void;
  protected disconnected(): void {}

  protected own(...offs: Off[]): void {
    this.#offs.push(...offs);
  }

  protected listen<Name extends keyof HTMLElementEventMap>(
    target: EventTarget,
    name: Name | string,
    listener: (event: HTMLElementEventMap[Name]) => void,
    options?: AddEventListenerOptions,
  ): void {
    const handler = listener as EventListener;
    target.addEventListener(name, handler, options);
    this.own(() => target.removeEventListener(name, handler, options));
  }

  connectedCallback(): void {
    this.connected();
  }

  disconnectedCallback(): void {
    for (const off of this.#offs.splice(0)) off();
    this.disconnected();
  }
}
