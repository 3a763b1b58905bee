// What the shell asks of a page.
export interface Page extends HTMLElement {
  readonly title_words: string; // before " · site" in the tab's title
  on_key(key: string): boolean; // true when the page used the key
}
