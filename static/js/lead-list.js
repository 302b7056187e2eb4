// The list of leads: which rows are selected, and moves that failed.

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

// A move that failed: the row shows again where the lead stands.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, (event) => {
    if (event.detail.elt.matches(".standing-form")) event.detail.elt.reset();
  });
}

showSelection();
