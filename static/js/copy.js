// Copying what is shown: a field's text, or a sample's.

for (const field of document.querySelectorAll("[data-selects-itself]")) {
  field.addEventListener("focus", () => field.select());
}

function select(shown) {
  if (shown.select) shown.focus(); // which selects it, ready for the keyboard
  else getSelection().selectAllChildren(shown);
}

const word = (button) => button.querySelector("[data-copy-word]");
const buttons = document.querySelectorAll("[data-copies]");

for (const button of buttons) {
  button.addEventListener("click", async () => {
    const shown = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(shown.value ?? shown.textContent);
    } catch {
      select(shown);
      return;
    }
    for (const other of buttons) word(other).textContent = other === button ? "Copied" : "Copy";
    document.body.dispatchEvent(new CustomEvent("sift:announce", { detail: { words: "Copied" } }));
  });
}

// A page that the browser keeps for Back, whatever it was told, is kept without the key.
addEventListener("pagehide", () => document.querySelector("[data-shown-once]")?.remove());
