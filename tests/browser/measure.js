// What is wrong with the page as it is laid out now: a line of words for each finding.
() => {
  const found = new Set();
  const SLACK = 2; // pixels: what rounding does
  const ROOM = 700; // pixels: narrower rows are as on a phone, where each thing has its line
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const styles = new Map();
  const clips = new Map();

  const styleOf = (element) => styles.get(element) ?? styles.set(element, getComputedStyle(element)).get(element);
  const isHidden = (element) => element.closest(".visually-hidden, .skip-link, svg, .printed") !== null;

  function name(element) {
    const words = (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ").slice(0, 30);
    const of = element.closest("[class]")?.className;
    return `${element.localName}.${typeof of === "string" ? of.split(" ")[0] : ""} “${words}”`;
  }

  // What of the page an element can be seen in: the parts that its ancestors do not cut off.
  function clipOf(element) {
    if (!element || element === document.documentElement) return { left: -1e6, right: 1e6, top: -1e6, bottom: 1e6 };
    const known = clips.get(element);
    if (known) return known;
    const style = styleOf(element);
    let clip = clipAround(element);
    const cuts = ["hidden", "clip"].includes(style.overflowX); // what scrolls can be scrolled to
    if (cuts && style.display !== "contents" && element !== document.body) {
      const box = element.getBoundingClientRect();
      clip = {
        left: Math.max(clip.left, box.left), right: Math.min(clip.right, box.right),
        top: Math.max(clip.top, box.top), bottom: Math.min(clip.bottom, box.bottom),
      };
    }
    clips.set(element, clip);
    return clip;
  }

  // What is laid out within another of its ancestors is not cut off by those between.
  function clipAround(element) {
    const { position } = styleOf(element);
    if (position === "fixed") return clipOf(null);
    return clipOf(position === "absolute" ? element.offsetParent : element.parentElement);
  }

  function seen(box, clip) {
    return {
      left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right),
      top: Math.max(box.top, clip.top), bottom: Math.min(box.bottom, clip.bottom),
    };
  }

  // What lies over the page on purpose is compared with its like alone.
  const layers = new Map();
  function layerOf(element) {
    if (!element || element === document.body) return null;
    if (layers.has(element)) return layers.get(element);
    const over = ["fixed", "sticky", "absolute"].includes(styleOf(element).position);
    const layer = over ? element : layerOf(element.parentElement);
    layers.set(element, layer);
    return layer;
  }

  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !isHidden(element);
  const controls = [...document.querySelectorAll(CONTROLS)].filter(isShown);

  // --- Sideways
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.add("scrolls sideways");

  // --- What is cut off
  const canvas = document.createElement("canvas").getContext("2d");
  for (const control of controls) {
    const box = control.getBoundingClientRect();
    const part = seen(box, clipAround(control));
    if (part.right - part.left < SLACK || part.bottom - part.top < SLACK) continue; // hidden on purpose
    const cut = Math.max(part.left - box.left, box.right - part.right, part.top - box.top, box.bottom - part.bottom);
    const inside = control.closest("pre, [tabindex='0'], .pane, .header");
    const ellipsis = styleOf(control).textOverflow === "ellipsis" || control.closest(".one-line, .contact, .talk__words");
    if (cut > SLACK && !inside && !ellipsis) found.add(`cut off: ${name(control)}`);
    if (box.left < -SLACK || box.right > width + SLACK) found.add(`beyond the edge: ${name(control)}`);
    if (control.localName === "select" && !control.multiple && control.selectedOptions[0]) {
      const style = styleOf(control);
      canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const room = control.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd);
      const words = control.selectedOptions[0].textContent.trim();
      if (canvas.measureText(words).width > room + SLACK) found.add(`cut off: “${words}” in ${control.name || control.id}`);
    }
    if (control.matches("button, summary, .button") && control.scrollWidth > control.clientWidth + SLACK
      && styleOf(control).textOverflow !== "ellipsis" && styleOf(control).overflow !== "visible") {
      found.add(`cut off within: ${name(control)}`);
    }
  }

  // --- What lies over something else: words and controls, in the order of their upper edges
  const boxes = [];
  for (const control of controls) {
    if (control.matches("a, summary") || control.closest("label")) continue; // their words are compared
    boxes.push({ ...seen(control.getBoundingClientRect(), clipAround(control)), element: control, layer: layerOf(control) });
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, option, select, title") || !isShown(element)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      boxes.push({ ...seen(box, clipOf(element)), element, layer: layerOf(element), isText: true });
    }
  }
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, index) => {
    if (one.right - one.left < SLACK || one.bottom - one.top < SLACK) return; // hidden on purpose
    for (let next = index + 1; next < boxes.length && boxes[next].top < one.bottom - SLACK; next += 1) {
      const other = boxes[next];
      if (one.layer !== other.layer || one.element === other.element) continue;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - other.top;
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      if (across > SLACK && down > SLACK) found.add(`overlap: ${name(one.element)} and ${name(other.element)}`);
      const cell = one.element.closest("td, th, dd, dt, li");
      const glued = one.isText && other.isText && down > 8 && across > -3 && across <= SLACK;
      if (glued && cell && cell !== other.element.closest("td, th, dd, dt, li") && !cell.contains(other.element)) {
        found.add(`glued: ${name(one.element)} and ${name(other.element)}`);
      }
    }
  });

  // --- A control that is left alone on a line, in a row that has room for several
  for (const around of new Set(controls.map((control) => control.parentElement))) {
    const row = around.matches(".filter, .search") ? around.parentElement : around;
    const style = styleOf(row);
    const wraps = (style.display.endsWith("flex") && style.flexWrap === "wrap") || style.display.endsWith("grid");
    if (!wraps || row.clientWidth < ROOM || row.matches("ul, ol, dl, p, label, fieldset, td")) continue;
    const lines = linesOf([...row.children].filter((item) => item.getClientRects().length));
    if (!lines.some((line) => line.length > 1)) continue;
    for (const [item, ...others] of lines) {
      if (item.previousElementSibling?.matches("details[open]")) continue; // after all that it opened
      const isSmall = item.getBoundingClientRect().width < row.clientWidth / 2;
      if (!others.length && isSmall && (item.matches(CONTROLS) || item.querySelector(CONTROLS))) {
        found.add(`alone on a line: ${name(item)}`);
      }
    }
  }

  function linesOf(items) {
    const lines = [];
    let lowest = -1e6;
    for (const item of items.sort((one, other) => top(one) - top(other))) {
      if (top(item) >= lowest - SLACK) lines.push([]);
      lines.at(-1).push(item);
      lowest = Math.max(lowest, item.getBoundingClientRect().bottom);
    }
    return lines;
  }
  function top(item) {
    return item.getBoundingClientRect().top;
  }

  // --- Targets
  for (const control of controls) {
    const target = control.closest("label") ?? control;
    const box = target.getBoundingClientRect();
    const inWords = styleOf(target).display === "inline" && target.localName === "a";
    // A row's link covers its row; a chart's columns share its width, and its table has their links.
    if (inWords || target.matches(".row__link, .stacked__link")) continue;
    if (box.width < 24 - .5 || box.height < 24 - .5) found.add(`small (${Math.round(box.width)} × ${Math.round(box.height)}): ${name(target)}`);
  }
  return [...found];
}
