// The list of leads: which rows are selected, when a row's status is meant, moves that failed,
// and what was cut off.

const boxes = () => [...document.querySelectorAll(".pick__box")];
const find = (mark) => document.querySelector(`[${mark}]`);

function showSelection() {
  const all = boxes();
  const number = all.filter((box) => box.checked).length;
  const matching = find("data-selects-matching");
  const every = find("data-selects-all");
  if (!matching || !every) return;
  if (number === 0) matching.checked = false; // the bar hides: nothing out of sight stays chosen
  every.checked = number > 0 && number === all.length;
  every.indeterminate = number > 0 && number < all.length;
  find("data-selected-count").textContent = matching.checked ? "All that match" : `${number} selected`;
  const named = matching.checked ? ` ${find("data-number").dataset.number}` : "";
  for (const place of document.querySelectorAll("[data-names-number]")) place.textContent = named;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-selects-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches(".pick__box, [data-selects-all], [data-selects-matching]")) showSelection();
});

// A row that is swapped after a move stays selected.
let selectedRow = null;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target;
  selectedRow = row.matches(".row") && row.querySelector(".pick__box")?.checked ? row.id : null;
});
document.body.addEventListener("htmx:afterSettle", () => {
  const box = selectedRow && document.getElementById(selectedRow)?.querySelector(".pick__box");
  if (box) box.checked = true;
  selectedRow = null;
  showSelection();
});

// A page that is come back to may hold what was ticked on it.
addEventListener("pageshow", showSelection);

// A status is meant when it is picked from the opened list. Keys that step through the closed one
// change it at each press: what they leave is meant on Enter, or when the field is left. Browsers
// tell both by one event, but only a step comes while its key is down.
const MEANT = ["Enter", "Tab"]; // where a browser tells the page of keys in the opened list
let steps = false;

const statusSelect = (event) => event.target.closest?.(".status-form__select");
const isStepped = (select) => select.form.hasAttribute("data-stepped");

function mean(select) {
  select.form.removeAttribute("data-stepped");
  if (!select.selectedOptions[0].defaultSelected) select.form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const select = statusSelect(event);
  if (!select) return;
  steps = !MEANT.includes(event.key);
  if (!isStepped(select)) return;
  if (event.key === "Enter") {
    event.preventDefault(); // or the list would open
    mean(select);
  } else if (event.key === "Escape") {
    select.form.reset();
    select.form.removeAttribute("data-stepped");
  }
});
for (const ending of ["keyup", "pointerdown"]) {
  document.addEventListener(ending, () => { steps = false; });
}

document.addEventListener("change", (event) => {
  const select = statusSelect(event);
  if (!select) return;
  if (steps) select.form.setAttribute("data-stepped", "");
  else mean(select);
});

document.addEventListener("focusout", (event) => {
  const select = statusSelect(event);
  steps = false;
  if (select && isStepped(select)) mean(select);
});

// A move that failed: the row shows again where the lead stands.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, (event) => {
    if (event.detail.elt.matches(".status-form")) event.detail.elt.reset();
  });
}

// What a row has no room for is shown whole to whoever points at it.
const MAY_BE_CUT = ".table--leads :is(bdi, .wants)";
document.addEventListener("pointerover", (event) => {
  let words = event.target.closest?.(MAY_BE_CUT);
  for (; words; words = words.parentElement.closest(MAY_BE_CUT)) {
    const isCut = words.scrollWidth > words.clientWidth || words.scrollHeight > words.clientHeight;
    if (words.clientWidth && isCut) words.title = words.textContent.trim().replace(/\s+/g, " ");
  }
});
