// Passkeys. A button with `data-makes-passkey` or `data-uses-passkey`, each of them the options that
// the server drew, has the browser ask its person; what the browser answers is sent with the form,
// in its field named by `data-passkey-field`. Listened for on the document: HTMX brings such forms.

const WORDS = {
  InvalidStateError: "This device has a passkey for Sift already.",
  NotAllowedError: "Nothing was confirmed. Try again when you are ready.",
  SecurityError: "Passkeys do not work at this address.",
};
const OTHERWISE = "This browser cannot do that with a passkey.";

function asked({ makesPasskey, usesPasskey }) {
  const { credentials } = navigator;
  if (makesPasskey) {
    return credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(makesPasskey)) });
  }
  return credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(usesPasskey)) });
}

async function answerOf(button, fault) {
  fault.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    return JSON.stringify(await asked(button.dataset));
  } catch (error) {
    fault.textContent = WORDS[error.name] ?? OTHERWISE;
    fault.hidden = false;
    return null;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey-field]");
  if (!button) return;
  event.preventDefault();
  const { form } = button;
  const isComplete = "usesPasskey" in button.dataset || form.reportValidity(); // a proof needs no code
  if (!isComplete || button.hasAttribute("aria-busy")) return;
  const answer = await answerOf(button, form.querySelector("[data-passkey-fault]"));
  if (!answer) return;
  form.elements[button.dataset.passkeyField].value = answer;
  form.noValidate = true;
  form.requestSubmit();
});
