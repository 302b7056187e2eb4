// Single keys, for those who have not turned them off in their profile. Each does only what a
// control on the page does too, and none is heard while somebody types or holds a modifier.

const dialog = document.getElementById("shortcuts"); // none, where they are turned off
const TYPED_IN = "select, textarea, [contenteditable], input:not([type=checkbox], [type=radio])";
const LONGEST_PAUSE = 1500; // milliseconds between g and the key after it
let askedToGo = -Infinity;
let lastRow = null; // its id: a swap puts another element in its place

const rowInFocus = () => document.activeElement?.closest("tbody .row");
const search = () => document.querySelector("main input[name=q]");

function step(by) {
  const rows = [...document.querySelectorAll("main tbody .row")];
  const from = rows.indexOf(rowInFocus() ?? document.getElementById(lastRow));
  const next = rows[from < 0 ? 0 : Math.min(Math.max(from + by, 0), rows.length - 1)];
  next?.querySelector(".row__link")?.focus();
  lastRow = next?.id || null;
}

function focusStatus() {
  const inRow = rowInFocus()?.querySelector("[data-shortcut=status]");
  (inRow ?? document.querySelector("#lead-head [data-takes-focus]"))?.focus();
}

const ACTIONS = {
  "/": () => search()?.focus(),
  "j": () => step(1),
  "k": () => step(-1),
  "o": () => rowInFocus()?.querySelector(".row__link")?.click(),
  "x": () => rowInFocus()?.querySelector(".pick__box")?.click(),
  "s": focusStatus,
  "[": () => document.querySelector("main a[rel~=prev]")?.click(),
  "]": () => document.querySelector("main a[rel~=next]")?.click(),
  "g": () => { askedToGo = performance.now(); },
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (!dialog || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.(TYPED_IN) || document.querySelector("dialog[open]")) return;
  const going = performance.now() - askedToGo < LONGEST_PAUSE;
  askedToGo = -Infinity;
  const place = going ? dialog.querySelector(`[data-go="${CSS.escape(event.key)}"]`) : null;
  const act = place ? () => place.click() : Object.hasOwn(ACTIONS, event.key) && ACTIONS[event.key];
  if (!act) return;
  event.preventDefault(); // or the slash would stand in the search field
  act();
});

if (dialog) search()?.setAttribute("aria-keyshortcuts", "/");
