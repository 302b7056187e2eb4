// A password can be looked at before it is sent.

for (const button of document.querySelectorAll("[data-shows-password]")) {
  const field = document.getElementById(button.dataset.showsPassword);
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // Browsers offer to keep what stands in a text field; a password is not to be kept as one.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
