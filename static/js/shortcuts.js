// Single keys, for those who have not turned them off in their profile. Each does only what a
// control on the page does too, and none is heard while somebody types or holds a modifier. Controls
// of a lead name their key themselves, in `aria-keyshortcuts`.

const dialog = document.getElementById("shortcuts"); // none, where they are turned off
const TYPED_IN = "select, textarea, [contenteditable], input:not([type=checkbox], [type=radio])";
const LONGEST_PAUSE = 1500; // milliseconds between g and the key after it
let askedToGo = -Infinity;
let lastRow = null; // its id: a swap puts another element in its place

const find = (selector) => document.querySelector(selector);
const rowInFocus = () => document.activeElement?.closest("tbody .row");
const search = () => find("main input[name=q]");

function step(by) {
  const rows = [...document.querySelectorAll("main tbody .row")];
  const from = rows.indexOf(rowInFocus() ?? document.getElementById(lastRow));
  const next = rows[from < 0 ? 0 : Math.min(Math.max(from + by, 0), rows.length - 1)];
  next?.querySelector(".row__link")?.focus();
  lastRow = next?.id || null;
}

function focusStatus() {
  const inRow = rowInFocus()?.querySelector("[data-shortcut=status]");
  (inRow ?? find("#lead-head [data-takes-focus]"))?.focus();
}

const ACTIONS = {
  "/": () => search()?.focus(),
  "j": () => step(1),
  "k": () => step(-1),
  "o": () => rowInFocus()?.querySelector(".row__link")?.click(),
  "x": () => rowInFocus()?.querySelector(".pick__box")?.click(),
  "s": focusStatus,
  "[": () => find("main a[rel~=prev]")?.click(),
  "]": () => find("main a[rel~=next]")?.click(),
  "g": () => { askedToGo = performance.now(); },
  "?": () => dialog.showModal(),
};

// On a layout without Latin letters a key stands for what others have in its place.
const PLACES = { BracketLeft: "[", BracketRight: "]", Slash: "/" };
const meant = ({ key, code }) => (key < "\x80" ? key : PLACES[code] ?? code.at(-1).toLowerCase());

// What opens by it is gone through from its first button on; of a form's card the field is meant.
function press(control) {
  control.click();
  const opened = control.matches("[open] > summary") && control.nextElementSibling.querySelector("button, select");
  (opened || control.querySelector("textarea"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!dialog || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.(TYPED_IN) || find("dialog[open]")) return;
  const key = meant(event);
  const name = CSS.escape(key);
  const going = performance.now() - askedToGo < LONGEST_PAUSE;
  askedToGo = -Infinity;
  const place = going ? dialog.querySelector(`[data-go="${name}"]`) : null;
  const control = place ?? find(`main :not(input)[aria-keyshortcuts="${name}"]`);
  const act = control ? () => press(control) : Object.hasOwn(ACTIONS, key) && ACTIONS[key];
  if (!act) return;
  // Or the letter would stand in the field that it leads to.
  event.preventDefault();
  // A key that is held down acts on one lead, not on all.
  if (!control || !event.repeat) act();
});

if (dialog) search()?.setAttribute("aria-keyshortcuts", "/");
