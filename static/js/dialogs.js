// A confirmation that HTMX fetched opens as a dialog; its link is a page of its own without script.

const dialog = document.querySelector("[data-dialog]");

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (!dialog.contains(event.detail.target) || dialog.open) return;
  dialog.showModal(); // the browser gives the focus back to the link when it closes
  dialog.querySelector("[data-closes-dialog]").focus();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-closes-dialog]")) return;
  event.preventDefault();
  dialog.close();
});
