// What requests leave to the page: words for what failed, words for what worked, the focus, and a
// fresh token where its own has become stale.

const live = document.getElementById("live");
const main = document.getElementById("main");
const fault = document.querySelector("[data-request-fault]");

function say(words) {
  live.textContent = "";
  // A region that is emptied and filled at once is not read out; one frame later it is.
  requestAnimationFrame(() => { live.textContent = words; });
}

function showFault(words) {
  // What lies over the page would hide it.
  (document.querySelector("dialog[open]") ?? main).prepend(fault);
  fault.querySelector("[data-request-fault-words]").textContent = words;
  fault.hidden = false;
}

// A page in which something unsent is typed (drafts.js) is not told to be reloaded.
const isTyped = () => document.querySelector("form[data-unsent]") !== null;
const anew = () => (isTyped() ? "Open the page in another tab" : "Reload the page");

const KEPT = "What you typed is kept: press again in a moment.";

// Whether a change that got no answer was made is not known here; a page that was only asked for
// can be asked for again, and so can what was typed.
function afterwards(event) {
  if (event.detail.elt.matches("form[data-unsent]")) return KEPT;
  return event.detail.requestConfig?.verb === "get"
    ? "Try again in a moment."
    : `Your change may not have been saved: ${anew().toLowerCase()} to see how things stand.`;
}

function wordsFor(xhr, event) {
  switch (xhr.status) {
    case 400: return `Sift did not understand that, and nothing was changed. ${anew()} and try again.`;
    case 403: return `That was refused, and nothing was changed. ${anew()} and try again.`;
    case 404: return `This is no longer there. ${anew()} to see how things stand.`;
    case 429: return `Too many requests. Wait ${xhr.getResponseHeader("Retry-After") ?? "a few"} seconds, then try again.`;
    case 500: return "Something went wrong at Sift, and nothing was changed. Try again in a moment.";
    case 503: return "Sift cannot reach its data just now. Nothing is lost; try again in a moment.";
    default: return `Sift could not answer (${xhr.status}). ${afterwards(event)}`;
  }
}

// What a page asks by itself interrupts nobody when it fails: it asks again.
const isQuiet = ({ detail }) => (detail.requestConfig?.elt ?? detail.elt).hasAttribute("data-quiet");

// Nobody looks at a hidden page: it asks again when it is seen (pulse.js).
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (isQuiet(event) && document.hidden) event.preventDefault();
});
// A session that ran out leads to sign-in when the person acts, not while they read or type.
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  if (isQuiet(event) && event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
});

// A link that is opened in another tab is the browser's own affair.
document.addEventListener("click", (event) => {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (elsewhere && event.target.closest("a[hx-get]")) event.stopPropagation();
}, true);

document.body.addEventListener("sift:announce", (event) => say(event.detail.words));

const unreachable = () => (navigator.onLine ? "Sift could not be reached." : "You are offline.");

document.body.addEventListener("htmx:sendError", (event) => {
  if (isQuiet(event)) return;
  showFault(`${unreachable()} ${afterwards(event)}`);
});

document.body.addEventListener("htmx:timeout", (event) => {
  if (isQuiet(event)) return;
  showFault(`Sift took too long to answer. ${afterwards(event)}`);
});

document.body.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (isQuiet(event) || xhr.getResponseHeader("Sift-Refusal")) return; // its token is renewed, below
  showFault(wordsFor(xhr, event));
});

// An answer that came, but could not be put where it belongs.
for (const name of ["htmx:swapError", "htmx:targetError"]) {
  document.body.addEventListener(name, (event) => {
    if (isQuiet(event)) return;
    showFault(`The page could not show the answer. ${anew()} to see how things stand.`);
  });
}

// What was pressed says that it is at work, until the answer is in.
const pressed = new WeakMap();

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (isQuiet(event)) return;
  fault.hidden = true;
  const button = event.detail.requestConfig?.triggeringEvent?.submitter;
  if (!button) return;
  pressed.set(event.detail.xhr, button);
  button.setAttribute("aria-busy", "true");
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  pressed.get(event.detail.xhr)?.removeAttribute("aria-busy");
});

// Messages that came beside a swap are read out in place of what else it had to say.
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "messages") return;
  say([...document.querySelectorAll("#messages p")].map((words) => words.textContent).join(" "));
});

// A row that is renewed, and what the page renews by itself, keep the focus where it is: on the
// control of the same place in what bears the same id. What was opened in them stays open.
const CONTROLS = "a, button, input, select, summary";
const controls = (holder) => [...holder.querySelectorAll(CONTROLS)];
const foldsOf = (holder) => [...holder.querySelectorAll("details")];
const placeOf = (part, all) => {
  const holder = part.parentElement.closest("[id]");
  return [holder.id, all(holder).indexOf(part)];
};
let place = null;
let opened = [];
let byItself = false; // what settles no longer bears the mark of what asked

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  const focused = document.activeElement;
  byItself = isQuiet(event);
  const stays = byItself ? main.contains(focused) && focused !== main : target.matches(".row") && target.contains(focused);
  place = stays ? placeOf(focused, controls) : null;
  opened = byItself ? foldsOf(main).filter((fold) => fold.open && !fold.id).map((fold) => placeOf(fold, foldsOf)) : [];
});

document.body.addEventListener("htmx:afterSwap", () => {
  for (const [id, index] of opened) foldsOf(document.getElementById(id) ?? main)[index]?.toggleAttribute("open", true);
  opened = [];
});

// Any other swap that took the focused control with it leaves the focus nowhere: lead it on.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (document.activeElement !== document.body) return;
  const [id, index] = place ?? [];
  const holder = document.getElementById(id);
  const target = byItself ? null : document.getElementById(event.detail.target.id);
  ((holder && controls(holder)[index]) ?? target?.querySelector("[data-takes-focus]"))?.focus({ preventScroll: byItself });
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-closes-banner]")?.closest(".banner").toggleAttribute("hidden", true);
});

// --- Tokens ---------------------------------------------------------------------------------------
// Whoever signs in again in another tab leaves stale tokens in the page's forms. It takes a fresh one,
// for the person it was made for only.
function take({ person, name, token }) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  if (person !== headers["Sift-Person"]) return `In this browser ${name} is signed in by now`;
  document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": token }));
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  return null;
}

// Whether the page has a fresh token now; where it has none, it was said why.
async function isRenewed() {
  try {
    const answer = await fetch(document.body.dataset.formToken, { redirect: "manual" });
    const isSignedOut = answer.type === "opaqueredirect"; // to sign-in
    const why = isSignedOut ? "You were signed out" : take(await answer.json());
    if (why) showFault(`${why}, so nothing was sent. What you typed stays here: sign in as yourself in another tab, then press again.`);
    return !why;
  } catch {
    showFault(`${unreachable()} ${KEPT}`);
    return false;
  }
}

document.body.addEventListener("htmx:responseError", async (event) => {
  const { xhr, requestConfig } = event.detail;
  if (isQuiet(event) || !xhr.getResponseHeader("Sift-Refusal") || !(await isRenewed())) return;
  showFault("You signed in again after this page was opened, so nothing was sent yet. Press again.");
  requestConfig.triggeringEvent?.submitter?.focus();
});

// A form that loads a page is sent once it is known that it will be taken: a page of refusal, or the
// browser's own of having no network, would stand in place of what was typed.
const checked = new Map(); // whether the check of a form that is being sent is over

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[method=post]:not([hx-post]):has(textarea, input:not([type=hidden]))") || checked.get(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (checked.has(form)) return; // pressed twice
  checked.set(form, false);
  if (await isRenewed()) {
    checked.set(form, true);
    form.requestSubmit(event.submitter);
  }
  checked.delete(form);
}, true);

// Signing out empties the browser's storage, after drafts.js had its last word; over HTTPS the answer
// does so too.
const forget = () => localStorage.clear();

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-signs-out]")) addEventListener("pagehide", forget);
});
document.addEventListener("click", () => removeEventListener("pagehide", forget), true); // they stayed
