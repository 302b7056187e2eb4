// A page that stands open grows old: once a minute its times are told anew, in the words that the
// server has for them (foundation/templatetags/times.py, sift_site/overview/words.py; a browser's
// test compares all of them), and what belongs to a day that is over asks for the new one.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const said = document.body.dataset;
const ahead = Date.now() - 1000 * said.now; // by so much this computer's clock is ahead of the server's
const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });
const inZone = new Intl.DateTimeFormat("en-US", {
  timeZone: said.timeZone, year: "numeric", month: "short", day: "numeric",
});

function dayOf(moment) {
  const { day, month, year } = Object.fromEntries(inZone.formatToParts(moment).map(({ type, value }) => [type, value]));
  return { words: `${day} ${month}`, year, number: Date.parse(`${day} ${month} ${year} UTC`) / DAY };
}

function length(number, unit) {
  return new Intl.NumberFormat("en-GB", { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(number));
}

const WORDS = {
  ago(moment, now) {
    const time = now - moment;
    if (time < MINUTE) return "just now";
    if (time < HOUR) return relative.format(-Math.floor(time / MINUTE), "minute");
    if (time < 12 * HOUR) return relative.format(-Math.floor(time / HOUR), "hour");
    const [day, today] = [dayOf(moment), dayOf(now)];
    const days = today.number - day.number;
    if (days < 7) return relative.format(-days, "day");
    return day.year === today.year ? day.words : `${day.words} ${day.year}`;
  },
  waited(moment, now) {
    const time = now - moment;
    if (time < MINUTE) return "under a minute";
    if (time < HOUR) return length(time / MINUTE, "minute");
    return time < 2 * DAY ? length(time / HOUR, "hour") : length(time / DAY, "day");
  },
};

function growOld() {
  const now = Date.now() - ahead;
  for (const time of document.querySelectorAll("time[data-told]")) {
    const moment = Date.parse(time.dateTime);
    if (moment > now) continue; // a day to come is told by its date
    const words = WORDS[time.dataset.told](moment, now);
    if (time.textContent !== words) time.textContent = words;
  }
  for (const over of document.querySelectorAll("[data-until]")) {
    if (now >= 1000 * over.dataset.until) over.dispatchEvent(new CustomEvent("sift:look"));
  }
}

setInterval(growOld, MINUTE);
document.addEventListener("visibilitychange", growOld); // a hidden page's clock is slow
addEventListener("pageshow", growOld);
