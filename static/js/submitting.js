// A form that is on its way is not sent a second time: its buttons wait for the page that answers.
// What HTMX sends has its own way of saying so, and the server knows a form that comes twice.

const LONGEST = 10_000; // milliseconds; whoever stopped the browser may press again
const ON_ITS_WAY = "data-on-its-way";

function wait(form, isWaiting) {
  form.toggleAttribute(ON_ITS_WAY, isWaiting);
  for (const button of [...form.elements].filter((control) => control.type === "submit")) {
    button.disabled = isWaiting;
    if (!isWaiting) button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (form.hasAttribute(ON_ITS_WAY)) {
    event.preventDefault();
    return;
  }
  form.toggleAttribute(ON_ITS_WAY, true);
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => wait(form, true)); // once the form is read: a disabled button's value is not sent
  setTimeout(() => wait(form, false), LONGEST);
});

// A page that the browser kept for Back is ready to be used again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(`[${ON_ITS_WAY}]`)) wait(form, false);
});
