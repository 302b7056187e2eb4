// An open page learns by one small question whether anything moved (organisations/changes/pulse.py),
// and its parts that show it renew themselves: what bears `data-quiet` asks on `sift:look`, where it
// names a lead or a conversation in `data-of` only if that moved. Parts that are swapped aside
// (`hx-select-oob`) wait while somebody points at them, selects in them or types in them.

const EVERY = 10_000; // milliseconds
const SLOWEST = 300_000; // after questions that failed
const LONGEST = 20_000;

// Nothing, where no part renews itself. A hidden page asks only if its person is told of leads there.
const { pulse, position, hotLeads } = document.body.dataset;
const isDeaf = () => document.hidden && !hotLeads;
const person = () => JSON.parse(document.body.getAttribute("hx-headers"))["Sift-Person"];
const news = document.querySelector("[data-pulse-news]");
const ended = document.querySelector("[data-pulse-ended]");
const canHover = matchMedia("(hover: hover)");

let at = position;
let timer = null;
let isAsking = false;
let failures = 0;
let isMissed = false; // a part asked, and got no answer
let isGone = false; // what the page shows is at another address now, or nowhere
const late = new Set(); // ids of the parts that wait

function look(of, insists) {
  isMissed = false;
  for (const part of document.querySelectorAll("[data-quiet]")) {
    const concerns = !of || !part.dataset.of || of.includes(part.dataset.of);
    if (concerns) part.dispatchEvent(new CustomEvent("sift:look", { detail: { insists } }));
  }
}

// `insists`: the page was just come back to, so nothing on it is in use yet.
async function ask(insists = false) {
  if (isAsking || isDeaf()) return;
  isAsking = true;
  clearTimeout(timer);
  try {
    const answer = await fetch(`${pulse}?at=${at}`, {
      headers: { "Sift-Person": person() }, redirect: "manual", signal: AbortSignal.timeout(LONGEST),
    });
    take(answer, answer.status === 200 ? await answer.json() : null, insists);
  } catch {
    failures += 1;
  }
  isAsking = false;
  if (ended.hidden) timer = setTimeout(() => ask(), Math.min(EVERY * 2 ** failures, SLOWEST));
}

function take(answer, moved, insists) {
  const isSignedOut = answer.type === "opaqueredirect" || answer.headers.has("Sift-Refusal");
  if (isSignedOut && ended.hidden) say(ended);
  ended.hidden = !isSignedOut;
  failures = isSignedOut || answer.ok ? 0 : failures + 1;
  if (moved) {
    at = moved.position;
    document.body.dispatchEvent(new CustomEvent("sift:moved")); // for alerts.js
  }
  if (document.hidden) isMissed ||= Boolean(moved); // seen to when somebody looks at it
  else if (moved) look(isMissed ? null : moved.of, insists);
  else if (answer.ok && (isMissed || isReleased())) look(null, insists);
}

function say(note) {
  note.hidden = false;
  const detail = { words: note.querySelector("p").textContent };
  document.body.dispatchEvent(new CustomEvent("sift:announce", { detail }));
}

// --- What waits -----------------------------------------------------------------------------------
function isChanged({ type, value, defaultValue, checked, defaultChecked, options, selectedIndex }) {
  if (!options) return type !== "hidden" && (value !== defaultValue || checked !== defaultChecked);
  return selectedIndex !== Math.max([...options].findIndex((option) => option.defaultSelected), 0);
}

const isTyped = (part) => part.querySelector("form[data-draft], [data-on-its-way], [aria-busy=true]")
  || [...part.querySelectorAll("input, select, textarea")].some(isChanged);

const isPointedAt = (part) => (canHover.matches && part.matches(":hover"))
  || part.contains(document.activeElement)
  || (!getSelection().isCollapsed && getSelection().containsNode(part, true));

const isReleased = () => [...late].some((id) => {
  const part = document.getElementById(id);
  return part && !isTyped(part) && !isPointedAt(part);
});

function wait(part, isWaiting) {
  late[isWaiting ? "add" : "delete"](part.id);
  const isNews = isGone || late.size > 0;
  if (isNews && news.hidden) say(news);
  news.hidden = !isNews;
}

// --- What is renewed ------------------------------------------------------------------------------
// What it says, whenever it is asked: "5 minutes ago" is no news.
function words(node) {
  const copy = node.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return copy.textContent.replace(/\s+/g, " ").trim();
}

const partsOf = (elt) => [...document.querySelectorAll(elt.getAttribute("hx-select-oob"))];
let renewing = null; // the event by which a part asked whose answer is being swapped
let held = null; // what stays in its place on the screen, whatever grows above it

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig: { elt, triggeringEvent }, xhr } = event.detail;
  renewing = null;
  if (!elt.matches("[data-quiet][hx-select-oob]")) return;
  if (new URL(xhr.responseURL).pathname !== location.pathname) {
    event.detail.shouldSwap = false;
    return leave();
  }
  renewing = triggeringEvent;
  const parts = partsOf(elt);
  const part = parts.find(isPointedAt) ?? parts.find((one) => one.getBoundingClientRect().bottom > 0);
  held = part && { id: part.id, top: part.getBoundingClientRect().top };
});

document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target: part, fragment } = event.detail;
  if (!renewing) return;
  const isNew = words(part) !== words(fragment);
  const waits = isNew && (isTyped(part) || (!renewing.detail?.insists && isPointedAt(part)));
  event.detail.shouldSwap = isNew && !waits;
  wait(part, waits);
});

document.body.addEventListener("htmx:afterSwap", () => {
  renewing = null;
  const part = held && document.getElementById(held.id);
  if (part) scrollBy({ top: part.getBoundingClientRect().top - held.top, behavior: "instant" });
  held = null;
});

document.body.addEventListener("htmx:afterRequest", ({ detail: { requestConfig: { elt }, successful, xhr } }) => {
  if (!elt.hasAttribute("data-quiet") || successful) return;
  if (xhr.status === 404) leave();
  else isMissed = true;
});

// Merged into another lead, or erased: the person says when the page may go.
function leave() {
  isGone = true;
  if (news.hidden) say(news);
}

if (pulse) {
  timer = setTimeout(() => ask(), EVERY);
  document.addEventListener("visibilitychange", () => ask(true));
  news.querySelector("button").addEventListener("click", () => {
    if (isGone) location.reload();
    else look(null, true);
  });
}
