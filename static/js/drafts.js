// What is typed into a longer form is kept in this browser until it is sent, whatever comes between:
// a session that ended, a network that is gone, a page that is closed. It is kept under the person's
// id, so that nobody else who signs in here is shown it, and under the form's own names
// (`data-draft`, the first for keeping). It goes when it is sent, discarded or a week old, and when
// the person signs out. A form in which something unsent is typed bears `data-unsent`; the server
// sends it so where it refused what was typed.

const PREFIX = "sift-draft:";
const SUBMITTED = "sift-submitted"; // what this tab has sent last, with an answer still to come
const LONGEST = 7 * 24 * 3600 * 1000; // milliseconds
const person = JSON.parse(document.body.getAttribute("hx-headers"))["Sift-Person"];

// --- The browser's storage ------------------------------------------------------------------------
// It may be full or forbidden: leaving asks nonetheless, and what is typed stands in the page.
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
  stored(() => {
    for (const place of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
      const { at } = JSON.parse(localStorage.getItem(place));
      if (Date.now() - at > LONGEST) localStorage.removeItem(place);
    }
  });
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
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(fields);
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

function bringBack(form) {
  const name = namesOf(form).find(read);
  if (!name) return;
  const { at, text } = read(name);
  remove(name);
  fill(form, text);
  keep(form, at);
  const when = new Date(at).toLocaleString("en-GB", { day: "numeric", month: "long", hour: "numeric", minute: "2-digit" });
  form.querySelector("[data-draft-words]").textContent = `You typed this on ${when} and have not sent it yet.`;
  form.querySelector("[data-draft-is-back]").hidden = !form.hasAttribute("data-unsent");
}

// --- A form comes ---------------------------------------------------------------------------------
function takeIn(form) {
  if (!form.hasAttribute("data-unsent")) {
    form.reset(); // browsers fill it themselves after Back, also with what was sent
    served.set(form, textOf(form));
    bringBack(form);
    return;
  }
  stored(() => sessionStorage.removeItem(SUBMITTED)); // it came back
  keep(form);
}

document.body.addEventListener("htmx:load", ({ detail: { elt } }) => {
  for (const form of elt.querySelectorAll("form[data-draft]")) takeIn(form);
  for (const link of elt.querySelectorAll("[data-opens-draft]")) {
    if (link.dataset.opensDraft.split(" ").some(read)) link.click();
  }
});

// --- It is typed in -------------------------------------------------------------------------------
document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-draft]")) keep(target.form);
});

function discard(form) {
  fill(form, served.get(form));
  drop(form);
}

document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-discards-draft]")?.form;
  if (form) discard(form);
});

// A dialog that is closed was cancelled.
document.addEventListener("close", ({ target }) => {
  for (const form of target.querySelectorAll("form[data-unsent]")) drop(form);
}, true);

// --- It is sent -----------------------------------------------------------------------------------
let leaving = false; // where the page is led on, and what is unsent waits for the person's return

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (event.defaultPrevented) return;
  if (xhr.getResponseHeader("HX-Redirect")) leaving = true;
  if (xhr.status >= 300 || xhr.getResponseHeader("Sift-Refusal")) return;
  if (elt.matches("form[data-draft]")) {
    removeSent(namesOf(elt)[0]);
    drop(elt);
  } else if (elt.matches("[data-drops-draft]")) {
    drop(elt.closest("form"));
  }
});

// A form that loads a page is known to be sent when an answer came that is no refusal.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-draft]:not([hx-post])")) return;
  keep(form);
  stored(() => sessionStorage.setItem(SUBMITTED, namesOf(form)[0]));
  leaving = true;
});

function settle() {
  const name = stored(() => sessionStorage.getItem(SUBMITTED));
  const { type, responseStatus = 200 } = performance.getEntriesByType("navigation")[0];
  if (!name || responseStatus === 422) return;
  stored(() => sessionStorage.removeItem(SUBMITTED));
  // Who comes back never got an answer.
  if (type === "navigate" && responseStatus < 400) removeSent(name);
}

addEventListener("storage", ({ key, oldValue, newValue }) => {
  if (!key?.startsWith(PREFIX) || !newValue || !JSON.parse(newValue).sent) return;
  for (const form of typed()) {
    const isSame = placeOf(namesOf(form)[0]) === key && textOf(form) === JSON.parse(oldValue).text;
    if (isSame && served.has(form)) discard(form);
  }
});

// --- The page is left -----------------------------------------------------------------------------
document.body.addEventListener("sift:signed-out", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; });

addEventListener("beforeunload", (event) => {
  if (!leaving && typed().length > 0) event.preventDefault();
});
addEventListener("pagehide", () => {
  for (const form of typed()) keep(form); // signing out in another tab took it
});

removeOld();
settle();
