// The profile's box for notifications: the browser is asked for its leave when the box is ticked,
// and at no other time. Without it the box stays empty.

const box = document.querySelector("[data-asks-to-notify]");
const refused = document.querySelector("[data-notify-refused]");

box.addEventListener("change", async () => {
  if (!box.checked) return;
  const leave = globalThis.Notification ? await Notification.requestPermission() : "denied";
  box.checked = leave === "granted";
  refused.hidden = box.checked;
});
