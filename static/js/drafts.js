// What is typed into a longer form (`data-draft`: its names, the first for keeping) is kept in this
// browser until it is sent (docs/signing-in.md). A form with something unsent bears `data-unsent`;
// the server sends it so where it refused what was typed.

const PREFIX = "sift-draft:";
const LONGEST = 7 * 24 * 3600 * 1000; // milliseconds
const person = JSON.parse(document.body.getAttribute("hx-headers"))["Sift-Person"];

// Storage may be full or forbidden: leaving asks nonetheless.
function stored(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

const placeOf = (name) => `${PREFIX}${person}:${name}`;
const read = (name) => stored(() => JSON.parse(localStorage.getItem(placeOf(name))));
const write = (name, draft) => stored(() => localStorage.setItem(placeOf(name), JSON.stringify(draft)));
const remove = (name) => stored(() => localStorage.removeItem(placeOf(name)));

function removeOld() {
  for (const place of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    if (Date.now() - JSON.parse(localStorage.getItem(place)).at > LONGEST) localStorage.removeItem(place);
  }
}

// Other tabs that show it are told that it was sent, and not merely removed.
function removeSent(name) {
  if (!read(name)) return;
  write(name, { sent: true });
  remove(name);
}

// --- A form ---------------------------------------------------------------------------------------
const served = new WeakMap(); // what stood in it when it came
const namesOf = (form) => form.dataset.draft.split(" ");
const typed = () => document.querySelectorAll("form[data-unsent]");

function textOf(form) {
  return JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
}

function fill(form, text) {
  const fields = JSON.parse(text);
  for (const control of form.elements) {
    const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(control.type)) control.checked = values.includes(control.value);
    else if (values.length > 0) control.value = values[0];
  }
}

function keep(form, at = Date.now()) {
  const text = textOf(form);
  if (text === served.get(form)) return drop(form);
  form.toggleAttribute("data-unsent", true);
  write(namesOf(form)[0], { at, text });
}

function drop(form) {
  form.toggleAttribute("data-unsent", false);
  form.querySelector("[data-draft-is-back]").hidden = true;
  remove(namesOf(form)[0]);
}

function discard(form) {
  fill(form, served.get(form));
  drop(form);
}

function bringBack(form) {
  const name = namesOf(form).find(read);
  if (!name) return;
  const { at, text } = read(name);
  remove(name);
  fill(form, text);
  keep(form, at);
  const when = new Date(at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
  form.querySelector("[data-draft-words]").textContent = `You typed this on ${when} and have not sent it yet.`;
  form.querySelector("[data-draft-is-back]").hidden = !form.hasAttribute("data-unsent");
}

function takeIn(form) {
  if (form.hasAttribute("data-unsent")) return keep(form);
  form.reset(); // browsers fill it themselves after Back, also with what was sent
  served.set(form, textOf(form));
  bringBack(form);
}

document.body.addEventListener("htmx:load", ({ detail: { elt } }) => {
  for (const form of elt.querySelectorAll("form[data-draft]")) takeIn(form);
  for (const link of elt.querySelectorAll("[data-opens-draft]")) {
    if (link.dataset.opensDraft.split(" ").some(read)) link.click();
  }
});

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-draft]")) keep(target.form);
});

document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-discards-draft]")?.form;
  if (form) discard(form);
});

// --- It is sent -----------------------------------------------------------------------------------
let leaving = false; // led on by Sift: what is unsent waits for the person's return

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (event.defaultPrevented) return;
  if (xhr.getResponseHeader("HX-Redirect")) leaving = true;
  if (xhr.status >= 300 || xhr.getResponseHeader("Sift-Refusal")) return;
  if (elt.matches("[data-drops-draft]")) drop(elt.closest("form"));
  // Another form may say that it sends it along.
  const sent = document.querySelector(elt.dataset.sends) ?? elt;
  if (sent.matches("form[data-draft]")) {
    removeSent(namesOf(sent)[0]);
    drop(sent);
  }
});

addEventListener("storage", ({ key, oldValue, newValue }) => {
  if (!key?.startsWith(PREFIX) || !newValue || !JSON.parse(newValue).sent) return;
  for (const form of typed()) {
    const isSame = placeOf(namesOf(form)[0]) === key && textOf(form) === JSON.parse(oldValue).text;
    if (isSame && served.has(form)) discard(form);
  }
});

// --- The page is left -----------------------------------------------------------------------------
addEventListener("pageshow", () => { leaving = false; });

addEventListener("beforeunload", (event) => {
  if (!leaving && typed().length > 0) event.preventDefault();
});
// Signing out in another tab took what this one shows.
addEventListener("pagehide", () => typed().forEach((form) => keep(form)));

stored(removeOld);
