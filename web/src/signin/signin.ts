import "../style/signin.css";

// The page for those who are not signed in. It shares no code with the page itself, so that
// strangers get nothing of that; what it loads lies in signin/.

const element = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector)!;

const form = element<HTMLFormElement>("form");
const user = element<HTMLInputElement>("#user");
const password = element<HTMLInputElement>("#password");
const again = element<HTMLInputElement>("#again");
const button = element<HTMLButtonElement>("button");
const problem = element("#problem");

// Behind the '#', which browsers send nowhere; gone from the address at once.
const setup_secret = new URLSearchParams(location.hash.slice(1)).get("setup");

// Only a path of this site: "//elsewhere", also with a tab between, would lead away.
function next_path(): string {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const url = URL.canParse(next, location.origin) ? new URL(next, location.origin) : null;
  return url?.origin === location.origin ? url.pathname + url.search + url.hash : "/";
}

function show_setup(): void {
  history.replaceState(null, "", location.pathname);
  document.title = "First user · Fovea";
  element("h1").textContent = "Make the first user";
  element("#hint").hidden = false;
  for (const part of form.querySelectorAll<HTMLElement>("#again, label[for=again]")) {
    part.hidden = false;
  }
  again.required = true;
  password.autocomplete = "new-password";
  button.textContent = "Make the user and sign in";
}

function fail(words: string, field: HTMLInputElement): void {
  problem.textContent = words;
  for (const one of [user, password, again]) one.removeAttribute("aria-invalid");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", "problem");
  field.focus();
  field.select();
}

function mistake(): [string, HTMLInputElement] | null {
  if (!user.value) return ["A name is needed.", user];
  if (!password.value) return ["A password is needed.", password];
  if (setup_secret === null) return null;
  if (password.value.length < 10) return ["A password has at least 10 characters.", password];
  if (password.value !== again.value) return ["The two passwords differ.", again];
  return null;
}

async function send(): Promise<void> {
  const body = { user: user.value, password: password.value };
  const response = await fetch(setup_secret === null ? "/api/v1/session" : "/api/v1/setup", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(setup_secret === null ? body : { secret: setup_secret, ...body }),
  });
  if (response.ok) return location.replace(next_path());
  const said = (await response.json().catch(() => ({}))) as { detail?: string };
  const words = said.detail ?? `The site answered ${response.status}`;
  fail(words[0]!.toUpperCase() + words.slice(1) + ".", password);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = mistake();
  if (wrong) return fail(...wrong);
  problem.textContent = "";
  button.disabled = true;
  send()
    .catch(() => fail("The site does not answer.", password))
    .finally(() => (button.disabled = false));
});

if (setup_secret !== null) show_setup();
user.focus();
