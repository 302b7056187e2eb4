// Hot leads that wait, told while a page is open, also behind another, for who chose so on the
// profile: a quiet notification for each new one, a sound, and their number in the title, which else
// comes with the page. That something moved the pulse says (pulse.js).

const { hotLeads, tellsBy } = document.body.dataset;
const ways = new Set(tellsBy.split(" "));
const PREFIX = /^\(\d+\) /;
const TURN = 3_000; // milliseconds in which one tab alone makes a sound

let waiting = 0;
let known = null; // ids of those that the page has heard of; nothing yet

function write() {
  if (!known) return;
  const bare = document.title.replace(PREFIX, "");
  const title = waiting ? `(${waiting}) ${bare}` : bare;
  if (ways.has("title") && document.title !== title) document.title = title;
}

// The same lead in several tabs is one notification, by its tag.
function notify({ id, name, url }) {
  if (globalThis.Notification?.permission !== "granted") return;
  const icon = document.querySelector("link[rel=icon]").href;
  let note;
  try {
    note = new Notification("A hot lead waits", { body: name, tag: id, silent: true, icon });
  } catch {
    return; // a browser that has them for service workers alone
  }
  note.addEventListener("click", () => {
    focus();
    location.assign(url);
  });
}

function ring() {
  const sound = new AudioContext();
  const [tone, volume] = [sound.createOscillator(), sound.createGain()];
  const now = sound.currentTime;
  tone.frequency.setValueAtTime(660, now);
  tone.frequency.setValueAtTime(880, now + 0.12);
  volume.gain.setValueAtTime(0.08, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + 0.5);
  tone.connect(volume).connect(sound.destination);
  tone.addEventListener("ended", () => sound.close());
  tone.start();
  tone.stop(now + 0.5);
}

const ringInOneTab = () => navigator.locks?.request("sift-sound", { ifAvailable: true }, async (mine) => {
  if (!mine) return;
  ring();
  await new Promise((done) => setTimeout(done, TURN));
});

async function look() {
  const answer = await fetch(hotLeads, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return; // the pulse says what is wrong, and asks again
  const said = await answer.json();
  const fresh = said.newest.filter(({ id }) => known && !known.has(id));
  known = new Set([...(known ?? []), ...said.newest.map(({ id }) => id)]);
  waiting = said.waiting;
  write();
  if (ways.has("notification")) fresh.forEach(notify);
  if (ways.has("sound") && fresh.length) ringInOneTab();
}

new MutationObserver(write).observe(document.querySelector("title"), { childList: true });
document.body.addEventListener("sift:moved", look);
look();
