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
  if (contents.scrollHeight <= contents.clientHeight) return;
  const above = current.offsetTop - contents.scrollTop;
  if (above < 0 || above > contents.clientHeight - LINE) {
    contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
  }
}

const observer = new IntersectionObserver(markPlace, { rootMargin: `-${LINE}px 0px 0px 0px` });
for (const heading of headings) observer.observe(heading);
