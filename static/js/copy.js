// Copying, for every button that offers it: the text of `data-copies-text`, the plain text found at
// `data-copies-from`, what the element with the id in `data-copies` shows, or the code beside a
// button with `data-copies-code`.

const say = (words) => document.body.dispatchEvent(new CustomEvent("sift:announce", { detail: { words } }));

function shownFor(button) {
  if ("copiesCode" in button.dataset) return button.closest(".code").querySelector(".code__text");
  return document.getElementById(button.dataset.copies);
}

async function textFor(button) {
  const { copiesText, copiesFrom } = button.dataset;
  if (copiesText) return copiesText;
  if (!copiesFrom) return shownFor(button).value ?? shownFor(button).textContent;
  const answer = await fetch(copiesFrom);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  return answer.text();
}

// The button says what the clipboard holds, until another one fills it.
let copied = null;
let wordBefore = "";

function markAsCopied(button) {
  if (button === copied) return;
  copied?.toggleAttribute("data-copied", false);
  copied?.querySelector("[data-copy-word]")?.replaceChildren(wordBefore);
  const word = button.querySelector("[data-copy-word]");
  wordBefore = word?.textContent;
  word?.replaceChildren("Copied");
  button.toggleAttribute("data-copied", true);
  copied = button;
}

// What could not be copied is selected where it is shown, ready for the keyboard.
function helpWith(button) {
  const { copiesText, copiesFrom } = button.dataset;
  if (copiesText) return say("The browser did not allow copying.");
  if (copiesFrom) return say("It could not be copied. Open the plain text instead.");
  const shown = shownFor(button);
  return shown.select ? shown.focus() : getSelection().selectAllChildren(shown);
}

// Rows come and go with every swap, so the document listens for their buttons.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies], [data-copies-text], [data-copies-from], [data-copies-code]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(await textFor(button));
  } catch {
    helpWith(button);
    return;
  }
  markAsCopied(button);
  say(["Copied", button.dataset.copiesText].filter(Boolean).join(" "));
});

for (const field of document.querySelectorAll("[data-selects-itself]")) {
  field.addEventListener("focus", () => field.select());
}

// A page that the browser keeps for Back, whatever it was told, is kept without the key.
addEventListener("pagehide", () => document.querySelector("[data-shown-once]")?.remove());
