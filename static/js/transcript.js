// Conversations: the one that is read beside the list, a transcript that grows in either direction,
// and printing it.

const pane = () => document.querySelector(".pane--open");

// What scrolls the transcript: the pane beside the list where there is room for one, else the page.
function scroller() {
  const open = pane();
  return open && getComputedStyle(open).overflowY === "auto" ? open : document.scrollingElement;
}

// --- Earlier messages come above: what was in view stays where it was ------------------------------
let held = null;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "earlier-messages") return;
  const turn = document.querySelector(".transcript .turn");
  held = turn && { turn, top: turn.getBoundingClientRect().top };
});

document.body.addEventListener("htmx:afterSwap", () => {
  if (!held) return;
  scroller().scrollTop += held.turn.getBoundingClientRect().top - held.top;
  held = null;
});

// --- The conversation beside the list -------------------------------------------------------------
function showWhichIsOpen() {
  const id = pane()?.querySelector("[name=open]").value;
  for (const link of document.querySelectorAll(".table--conversations .row__link")) {
    link.toggleAttribute("aria-current", false);
    if (id && link.closest(".row").id === `conversation-${id}`) link.setAttribute("aria-current", "true");
  }
}

// It is read from what was searched for, else from its end.
function showWhereToRead() {
  const open = pane();
  if (!open || scroller() !== open) return;
  const mark = open.querySelector("mark");
  if (mark) open.scrollTop = mark.getBoundingClientRect().top - open.getBoundingClientRect().top - open.clientHeight / 3;
  else open.scrollTop = open.querySelector(".transcript").offsetHeight;
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "reading") return;
  showWhichIsOpen();
  if (scroller() === document.scrollingElement) scrollTo(0, 0);
  else showWhereToRead();
});

if (!location.hash) {
  const there = document.querySelector("[data-goes-there]");
  if (there && !pane()) location.replace(there.hash);
  else showWhereToRead();
}

// --- Printing -------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) window.print();
});
