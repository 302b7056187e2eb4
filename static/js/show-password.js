// A password can be looked at before it is sent.

for (const button of document.querySelectorAll("[data-shows-password]")) {
  const fields = button.dataset.showsPassword.split(" ").map((id) => document.getElementById(id));
  const show = (shown) => {
    for (const field of fields) field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") !== "true"));
  // Browsers offer to keep what stands in a text field; a password is not to be kept as one.
  button.form.addEventListener("submit", () => show(false));
}
