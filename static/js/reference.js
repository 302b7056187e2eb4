// The API reference: one choice of language for every sample, and where one is on the page.

const KEPT_AS = "sift-sample-language";

// --- Language -----------------------------------------------------------------------------------
function choose(language) {
  for (const choice of document.querySelectorAll(`.samples__choice[value="${CSS.escape(language)}"]`)) {
    choice.checked = true;
  }
}

for (const choice of document.querySelectorAll(".samples__choice")) {
  choice.addEventListener("change", () => {
    const before = choice.getBoundingClientRect().top;
    choose(choice.value);
    // Samples above became longer or shorter; what one looks at stays where it is.
    window.scrollBy({ top: choice.getBoundingClientRect().top - before, behavior: "instant" });
    try {
      localStorage.setItem(KEPT_AS, choice.value);
    } catch {
      // storage is turned off: the choice holds for this page
    }
  });
}

try {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept) choose(kept);
} catch {
  // storage is turned off
}

// --- Where one is -------------------------------------------------------------------------------
const LINE = 160; // px from the top: what passed it is being read
const contents = document.querySelector("[data-contents]");
const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
const headings = [...links.keys()].map((id) => document.getElementById(id));

function markPlace() {
  const passed = headings.findLast((heading) => heading.getBoundingClientRect().top < LINE);
  const current = links.get((passed ?? headings[0]).id);
  contents.querySelector("[aria-current]")?.removeAttribute("aria-current");
  current.setAttribute("aria-current", "true");
  // Whoever goes through the contents by keyboard, or searches them, keeps what they look at in sight.
  const isUsed = contents.querySelector(":focus-visible") !== null;
  if (isUsed || contents.scrollHeight <= contents.clientHeight) return;
  const above = current.offsetTop - contents.scrollTop;
  if (above < 0 || above > contents.clientHeight - LINE) {
    contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
  }
}

const observer = new IntersectionObserver(markPlace, { rootMargin: `-${LINE}px 0px 0px 0px` });
for (const heading of headings) observer.observe(heading);

// --- Search -------------------------------------------------------------------------------------
// The contents narrow down to the parts that hold every word, wherever in them.
const field = contents.querySelector("[name=q]");
const textOf = new Map(); // of each part, once it was searched

function wordsOf(id) {
  if (!textOf.has(id)) {
    const part = document.getElementById(id).closest("section, .problem");
    const own = [...part.children].filter((child) => !child.matches(".problem"));
    textOf.set(id, own.map((child) => child.textContent).join(" ").toLowerCase());
  }
  return textOf.get(id);
}

function search() {
  const asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [id, link] of links) {
    const isFound = asked.every((word) => wordsOf(id).includes(word));
    link.parentElement.hidden = !isFound;
    found += isFound;
  }
  for (const group of contents.querySelectorAll(".contents__group")) {
    group.hidden = !group.querySelector("li:not([hidden])");
  }
  contents.classList.toggle("contents--searched", asked.length > 0);
  const said = found === 1 ? "1 part" : `${found || "No"} parts`;
  contents.querySelector("[data-found]").textContent = asked.length > 0 ? said : "";
}

field.addEventListener("input", search);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") contents.querySelector("li:not([hidden]) a")?.click();
});
search(); // browsers keep what stood in the field
