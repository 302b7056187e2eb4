// A question that HTMX fetched opens as a dialog; its link is a page of its own without script.

const dialog = document.querySelector("[data-dialog]");

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (!dialog.contains(event.detail.target) || dialog.open) return;
  dialog.showModal(); // the browser gives the focus back to the link when it closes
  // Where there is something to fill in, that comes first; else nothing happens by mistake.
  const field = dialog.querySelector("input:not([type=hidden]), select");
  (field ?? dialog.querySelector("[data-closes-dialog]")).focus();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-closes-dialog]")) return;
  event.preventDefault();
  dialog.close();
});
