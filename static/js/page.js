// What any page does by itself, in one file since each costs a page a request: forms are sent once,
// texts are copied, times grow old.

// --- Forms
// A form that is on its way is not sent a second time: its buttons wait for the page that answers.
// What HTMX sends has its own way of saying so, and the server knows a form that comes twice.

const LONGEST = 10_000; // milliseconds; whoever stopped the browser may press again
const ON_ITS_WAY = "data-on-its-way";

function wait(form, isWaiting) {
  form.toggleAttribute(ON_ITS_WAY, isWaiting);
  for (const button of [...form.elements].filter((control) => control.type === "submit")) {
    button.disabled = isWaiting;
    if (!isWaiting) button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (form.hasAttribute(ON_ITS_WAY)) {
    event.preventDefault();
    return;
  }
  form.toggleAttribute(ON_ITS_WAY, true);
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => wait(form, true)); // once the form is read: a disabled button's value is not sent
  setTimeout(() => wait(form, false), LONGEST);
});

// Ctrl+Enter sends what is being written.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea")) return;
  event.target.form.querySelector("[data-takes-focus]")?.click();
});

// A page that the browser kept for Back is ready to be used again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(`[${ON_ITS_WAY}]`)) wait(form, false);
});

// --- Menus
// An open one closes when one goes on elsewhere, and on Escape, which leads back to its button.

function closeMenu({ key, target }) {
  const menu = document.querySelector(".menu[open]");
  if (!menu || (key ? key !== "Escape" : menu.contains(target))) return;
  menu.open = false;
  if (key) menu.firstElementChild.focus();
}

for (const going of ["click", "focusin", "keydown"]) document.addEventListener(going, closeMenu);

// --- Copying
// Copying, for every button that offers it: the text of `data-copies-text`, the plain text found at
// `data-copies-from`, what the element with the id in `data-copies` shows, or the code beside a
// button with `data-copies-code`.

const say = (words) => document.body.dispatchEvent(new CustomEvent("sift:announce", { detail: { words } }));

function shownFor(button) {
  if ("copiesCode" in button.dataset) return button.closest(".code").querySelector(".code__text");
  return document.getElementById(button.dataset.copies);
}

async function textFor(button) {
  const { copiesText, copiesFrom } = button.dataset;
  if (copiesText) return copiesText;
  if (!copiesFrom) return shownFor(button).value ?? shownFor(button).textContent;
  const answer = await fetch(copiesFrom);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  return answer.text();
}

// The button says what the clipboard holds, until another one fills it.
let copied = null;
let wordBefore = "";

function markAsCopied(button) {
  if (button === copied) return;
  copied?.toggleAttribute("data-copied", false);
  copied?.querySelector("[data-copy-word]")?.replaceChildren(wordBefore);
  const word = button.querySelector("[data-copy-word]");
  wordBefore = word?.textContent;
  word?.replaceChildren("Copied");
  button.toggleAttribute("data-copied", true);
  copied = button;
}

// What could not be copied is told beside its button until the next click, and read out. Where it is
// shown, it is selected, ready for the keyboard.
const notCopied = document.createElement("span");
notCopied.className = "not-copied";

function helpWith(button) {
  const { copiesText, copiesFrom } = button.dataset;
  const shown = copiesText || copiesFrom ? null : shownFor(button);
  if (shown?.select) shown.focus();
  else if (shown) getSelection().selectAllChildren(shown);
  const instead = copiesFrom
    ? "Open the plain text instead."
    : shown ? "It is selected: copy it with Ctrl+C." : `Copy it by hand: ${copiesText}`;
  notCopied.textContent = `Not copied: the browser did not allow it. ${instead}`;
  button.after(notCopied);
  say(notCopied.textContent);
}

// Rows come and go with every swap, so the document listens for their buttons.
document.addEventListener("click", async (event) => {
  notCopied.remove();
  const button = event.target.closest("[data-copies], [data-copies-text], [data-copies-from], [data-copies-code]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(await textFor(button));
  } catch {
    helpWith(button);
    return;
  }
  markAsCopied(button);
  say(["Copied", button.dataset.copiesText].filter(Boolean).join(" "));
});

for (const field of document.querySelectorAll("[data-selects-itself]")) {
  field.addEventListener("focus", () => field.select());
}

// A page that the browser keeps for Back, whatever it was told, is kept without the key.
addEventListener("pagehide", () => document.querySelector("[data-shown-once]")?.remove());

// --- Theme
// A theme that was chosen holds at once; from the next page on the server writes it.
document.addEventListener("htmx:afterOnLoad", ({ detail: { requestConfig, xhr } }) => {
  const form = requestConfig.elt; // by now another stands in its place
  if (!form.matches("[data-chooses-theme]") || xhr.status !== 200) return;
  const theme = form.elements.theme.value;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
});

// --- Times
// A page that stands open grows old: once a minute its times are told anew, in the words that the
// server has for them (foundation/templatetags/times.py; a browser's test compares all of them), and
// what belongs to a day that is over asks for the new one.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const said = document.body.dataset; // nothing, where nobody is signed in
const ahead = Date.now() - 1000 * said.now; // by so much this clock is ahead of the server's
const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });
const inZone = new Intl.DateTimeFormat("en-US", {
  timeZone: said.timeZone, year: "numeric", month: "short", day: "numeric",
});

function dayOf(moment) {
  const { day, month, year } = Object.fromEntries(inZone.formatToParts(moment).map(({ type, value }) => [type, value]));
  return { words: `${day} ${month}`, year, number: Date.parse(`${day} ${month} ${year} UTC`) / DAY };
}

function length(number, unit) {
  return new Intl.NumberFormat("en-GB", { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(number));
}

const WORDS = {
  ago(moment, now) {
    const time = now - moment;
    if (time < MINUTE) return "just now";
    if (time < HOUR) return relative.format(-Math.floor(time / MINUTE), "minute");
    if (time < 12 * HOUR) return relative.format(-Math.floor(time / HOUR), "hour");
    const [day, today] = [dayOf(moment), dayOf(now)];
    const days = today.number - day.number;
    if (days < 7) return relative.format(-days, "day");
    return day.year === today.year ? day.words : `${day.words} ${day.year}`;
  },
  waited(moment, now) {
    const time = now - moment;
    if (time < MINUTE) return "under a minute";
    if (time < HOUR) return length(time / MINUTE, "minute");
    return time < 2 * DAY ? length(time / HOUR, "hour") : length(time / DAY, "day");
  },
};

function growOld() {
  const now = Date.now() - ahead;
  for (const time of document.querySelectorAll("time[data-told]")) {
    const moment = Date.parse(time.dateTime);
    if (moment > now) continue; // a day to come is told by its date
    const words = WORDS[time.dataset.told](moment, now);
    if (time.textContent !== words) time.textContent = words;
  }
  for (const over of document.querySelectorAll("[data-until]")) {
    if (now >= 1000 * over.dataset.until) over.dispatchEvent(new CustomEvent("sift:look"));
  }
}

if (said.now) {
  setInterval(growOld, MINUTE);
  document.addEventListener("visibilitychange", growOld); // a hidden page's clock is slow
  addEventListener("pageshow", growOld);
}
