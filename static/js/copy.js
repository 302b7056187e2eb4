// Copying what is shown only once.

for (const field of document.querySelectorAll("[data-selects-itself]")) {
  field.addEventListener("focus", () => field.select());
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.focus(); // selected, ready for the keyboard
      return;
    }
    button.textContent = "Copied";
    document.getElementById("live").textContent = "Copied";
  });
}
