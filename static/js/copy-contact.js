// Copying a phone number or an e-mail from the list, whose rows come and go.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies-text]");
  if (!button) return;
  const live = document.getElementById("live");
  try {
    await navigator.clipboard.writeText(button.dataset.copiesText);
    live.textContent = `Copied ${button.dataset.copiesText}`;
    button.toggleAttribute("data-copied", true);
    setTimeout(() => button.toggleAttribute("data-copied", false), 2000);
  } catch {
    live.textContent = "The browser did not allow copying.";
  }
});
