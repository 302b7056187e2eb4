// A page outlives the session in which it was made: whoever signs in again in another tab leaves it
// with stale tokens in its forms. It then takes a fresh one, for the person it was made for only.

const body = document.body;
const headers = () => JSON.parse(body.getAttribute("hx-headers"));
const tell = (name, detail) => body.dispatchEvent(new CustomEvent(name, { detail }));

function take(token) {
  body.setAttribute("hx-headers", JSON.stringify({ ...headers(), "X-CSRFToken": token }));
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
}

function leadToSignIn() {
  tell("sift:signed-out");
  // The way back is this page; one that a POST answered would be posted again if it were reloaded.
  location.replace(location.pathname + location.search);
}

async function whoIsSignedIn() {
  const answer = await fetch(body.dataset.formToken, { redirect: "manual" });
  if (answer.type === "opaqueredirect") return null; // to sign-in: nobody is
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

// Whether the page has a fresh token now; where it has none, it was said why.
async function isRenewed() {
  let person;
  try {
    person = await whoIsSignedIn();
  } catch {
    const why = navigator.onLine ? "Sift could not be reached." : "You are offline.";
    tell("sift:fault", { words: `${why} What you typed is kept: press again in a moment.` });
    return false;
  }
  if (person === null) {
    leadToSignIn();
    return false;
  }
  if (person.person !== headers()["Sift-Person"]) {
    const words = `${person.name} is signed in in this browser now, so nothing was sent. ` +
      "What you typed stays here. Sign in as yourself in another tab, then press again.";
    tell("sift:fault", { words });
    return false;
  }
  take(person.token);
  return true;
}

// HTMX was refused for a stale page: the next press goes through.
body.addEventListener("htmx:responseError", async (event) => {
  const refusal = event.detail.xhr.getResponseHeader("Sift-Refusal");
  if (!refusal || event.detail.elt.hasAttribute("data-quiet") || !(await isRenewed())) return;
  tell("sift:fault", { words: "You signed in again after this page was opened, so nothing was sent yet. Press again." });
  event.detail.requestConfig.triggeringEvent?.submitter?.focus();
});

// A longer form that loads a page is sent only once it is known that it will be taken: what a page of
// refusal has replaced is gone.
const checked = new Map(); // whether the check of a form that is being sent is over

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-draft]:not([hx-post])") || checked.get(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (checked.has(form)) return; // pressed twice
  checked.set(form, false);
  if (await isRenewed()) {
    checked.set(form, true);
    form.requestSubmit(event.submitter);
  }
  checked.delete(form);
}, true);
