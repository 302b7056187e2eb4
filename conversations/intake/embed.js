// Shows the enquiry form where this script stands, as high as it needs to be.
(() => {
  const script = document.currentScript;
  const form = new URL(script.src.replace(/\/embed\.js(\?.*)?$/, ""));
  form.searchParams.set("page", location.href.split("#")[0]);
  // data-property-ref="HV-2041" and data-campaign="spring" on the script's element.
  for (const [data, name] of [["propertyRef", "property_ref"], ["campaign", "utm_campaign"]]) {
    if (script.dataset[data]) form.searchParams.set(name, script.dataset[data]);
  }

  const frame = document.createElement("iframe");
  frame.src = form;
  frame.title = script.dataset.title || "Enquiry form";
  frame.width = "100%";
  frame.height = "900";
  frame.setAttribute("frameborder", "0");
  script.after(frame);

  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== form.origin) return;
    const height = Number(event.data?.siftFormHeight);
    if (height > 0 && height < 10000) frame.height = Math.ceil(height);
  });
})();
