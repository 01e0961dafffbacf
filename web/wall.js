/* Turns the parts of the wall one after the other and asks for news. Whatever the server says or does not say, what is
   shown stays, its age goes on, and no dialog ever opens. Space pauses. ?seconds=30 turns more slowly. */
const POLL_MS = 30000;
const TICK_MS = 5000; // no part stays more than this too long
const asked = Number(new URLSearchParams(location.search).get("seconds"));
const TURN_MS = 1000 * (asked ? Math.min(600, Math.max(5, asked)) : 15);
const main = document.querySelector("main");
const said = document.body.dataset;
const [company, dots, age] = ["company", "dots", "age"].map((id) => document.getElementById(id));
let have = "";
let news = null; // of the last answer: how old it was, and when it was heard
let shown = 0;
let turnedAt = Date.now();
let polledAt = 0;
let request = null; // the last one; given up when the next is due
let isAway = false;
let isPaused = false;

const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

function show() {
  const parts = main.children;
  shown %= parts.length;
  for (let n = 0; n < parts.length; n++) parts[n].hidden = n !== shown;
  write(dots, [...parts].map((_, n) => (n === shown ? "●" : "○")).join(" "));
}

function ago(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return said.just;
  if (hours < 1) return said.minutes.replace("{}", minutes);
  if (days < 1) return said.hours.replace("{}", hours);
  return days < 2 ? said.day : said.days.replace("{}", days);
}

function tell() {
  const passed = news ? Math.max(0, (Date.now() - news.heardAt) / 1000) : 0;
  const isLate = news !== null && passed >= news.in_date_for_s;
  const words = [];
  if (news) words.push(`${news.as_of}, ${ago(news.age_s + passed)}`);
  if (isLate) words.push(said.late);
  if (isAway) words.push(said.away);
  if (isPaused) words.push(said.paused);
  write(age, words.join(" · "));
  age.classList.toggle("loud", isLate);
}

async function poll() {
  request?.abort();
  request = new AbortController();
  try {
    // "error": a way to somebody else's sign-in is no news.
    const answer = await fetch(`./wall.json?have=${have}`, {
      cache: "no-store",
      redirect: "error",
      signal: request.signal,
    });
    if (!answer.ok) throw new Error(answer.status);
    const found = await answer.json();
    // The server is another one since. Once for each: two servers behind one address may be of two versions.
    if (found.version !== said.version && sessionStorage.getItem("loaded for") !== found.version) {
      sessionStorage.setItem("loaded for", found.version);
      location.reload();
    }
    if (found.html) {
      main.innerHTML = found.html;
      have = found.id;
      show();
    }
    write(company, found.company);
    news = { as_of: found.as_of, age_s: found.age_s, in_date_for_s: found.in_date_for_s, heardAt: Date.now() };
    isAway = false;
  } catch {
    isAway = true;
  }
  tell();
}

function tick() {
  const now = Date.now();
  // A clock that was set back must not stop it.
  if (now < turnedAt) turnedAt = now;
  if (now < polledAt) polledAt = now;
  if (!isPaused && now - turnedAt >= TURN_MS) {
    turnedAt = now;
    shown += 1;
    show();
  }
  if (now - polledAt >= POLL_MS) {
    polledAt = now;
    poll();
  }
  tell();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== " ") return;
  event.preventDefault();
  isPaused = !isPaused;
  turnedAt = Date.now();
  tell();
});
// A browser keeps a note of each request; nobody reads them here.
performance.setResourceTimingBufferSize(0);
show();
tick();
setInterval(tick, TICK_MS);
