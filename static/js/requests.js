// What HTMX leaves to the page: words for what failed, words for what worked, and the focus.

const live = document.getElementById("live");
const fault = document.querySelector("[data-request-fault]");

function say(words) {
  live.textContent = "";
  // A region that is emptied and filled at once is not read out; one frame later it is.
  requestAnimationFrame(() => { live.textContent = words; });
}

function showFault(words) {
  fault.querySelector("[data-request-fault-words]").textContent = words;
  fault.hidden = false;
}

// What a page asks by itself interrupts nobody when it fails: it asks again.
const isQuiet = (event) => event.detail.elt.hasAttribute("data-quiet");

document.body.addEventListener("sift:announce", (event) => say(event.detail.words));

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!isQuiet(event)) fault.hidden = true;
});

document.body.addEventListener("htmx:sendError", (event) => {
  if (isQuiet(event)) return;
  showFault("Sift could not be reached. Nothing was changed; check the connection and try again.");
});

document.body.addEventListener("htmx:timeout", (event) => {
  if (isQuiet(event)) return;
  showFault("Sift took too long to answer. Reload the page to see how things stand.");
});

document.body.addEventListener("htmx:responseError", (event) => {
  if (isQuiet(event)) return;
  const status = event.detail.xhr.status;
  showFault({
    403: "That was refused. Reload the page and try again.",
    404: "This is no longer there. Reload the page to see how things stand.",
    429: "Too many requests. Wait a moment, then try again.",
  }[status] ?? "Something went wrong, and nothing was changed. Try again in a moment.");
});

// Messages that came beside a swap are read out in place of what else it had to say.
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "messages") return;
  say([...document.querySelectorAll("#messages p")].map((words) => words.textContent).join(" "));
});

// A swap that took the focused control with it leaves the focus nowhere: lead it on.
document.body.addEventListener("htmx:afterSettle", (event) => {
  const target = document.getElementById(event.detail.target.id);
  if (document.activeElement === document.body && target) {
    target.querySelector("[data-takes-focus]")?.focus();
  }
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-closes-banner]")?.closest(".banner").toggleAttribute("hidden", true);
});
