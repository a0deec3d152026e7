// Saves each answer as soon as both choices are made. The pages work without this; with it nothing has to be sent by hand.
//
// What could not be sent waits in this browser, one entry a situation, and goes out as soon as there is a connection or a
// page is opened. "Saved" is shown only after the server has said so. An entry is taken away when the server has it (200) or
// has something newer (409); when it can never be taken (404, 413, 422) it is taken away and the page says "not saved".

const root = document.querySelector("[data-questionnaire]");
const invitation = root.dataset.invitation;
const base = `/take/${invitation}`;
const PREFIX = `frontdoor.${invitation}.`;
const SETTLE = 350; // arrow keys pass over options: wait until the hand rests
const GIVE_UP = 20000;
const LONGEST_PAUSE = 60000;
const NUMBER_KEYS_FIT = matchMedia("(min-width: 44rem) and (hover: hover)");

// --- what waits in this browser ------------------------------------------------------------------------------------

const memory = new Map();
const storage = (() => {
  try {
    localStorage.setItem(`${PREFIX}trial`, "1");
    localStorage.removeItem(`${PREFIX}trial`);
    return localStorage;
  } catch {
    return null; // refused or full: what waits lives as long as the page
  }
})();

function read(name) {
  return storage ? storage.getItem(PREFIX + name) : (memory.get(name) ?? null);
}

function keep(name, value) {
  memory.set(name, value);
  try {
    storage?.setItem(PREFIX + name, value);
  } catch {
    // full: the page still holds it
  }
}

function drop(name) {
  memory.delete(name);
  storage?.removeItem(PREFIX + name);
}

function names() {
  if (!storage) return [...memory.keys()];
  return Object.keys(storage).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
}

function entry(number) {
  try {
    return JSON.parse(read(`answer.${number}`));
  } catch {
    return null;
  }
}

function waiting() {
  return names()
    .filter((name) => name.startsWith("answer."))
    .map((name) => entry(name.slice("answer.".length)))
    .filter(Boolean)
    .sort((one, other) => one.sequence - other.sequence);
}

function discard(sent) {
  if (entry(sent.number)?.key === sent.key) drop(`answer.${sent.number}`); // a newer choice may have taken its place
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- what the page says --------------------------------------------------------------------------------------------

const state = root.querySelector("[data-save-state]");

function say(kind, text) {
  if (!state) return;
  state.hidden = false;
  state.dataset.state = kind;
  const place = state.querySelector(".save-state-text");
  if (place.textContent !== text) place.textContent = text; // the same words are not read aloud again
  sayBeside();
}

let wrong = null; // what is missing, after "Next"
let both = null; // the option that was chosen for both, and which choice it lost

// The same above the buttons, which on a phone are far from the top.
function sayBeside() {
  const place = root.querySelector("[data-beside]");
  if (!place) return;
  const away = state?.dataset.state === "offline" ? state.textContent.trim() : "";
  const text = wrong ?? (both ? sayBoth() : away);
  place.dataset.kind = wrong ? "error" : both ? "plain" : "offline";
  place.hidden = !text;
  if (place.textContent.trim() !== text) place.textContent = text;
}

function sayBoth() {
  return `One option can’t be both. Now choose a new “${both.name} likely”.`;
}

function showBoth() {
  root.querySelector(".option-both")?.remove();
  if (both) {
    const note = document.createElement("p");
    note.className = "option-both";
    note.textContent = sayBoth();
    root.querySelector(`#${both.name}-1`).closest("fieldset").querySelector(`[data-option="${CSS.escape(both.value)}"]`).append(note);
  }
  sayBeside();
}

function sayWaiting() {
  const count = waiting().length;
  const what = count > 1 ? `${count} answers not saved yet` : "Not saved yet";
  say("offline", `${what}, will be sent again`);
}

function saySaved(moment) {
  const time = new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  say("saved", `Saved ${time}`);
}

// --- sending -------------------------------------------------------------------------------------------------------

const ahead = new Map(); // situations handed out with a save, shown without another request
let sending = null;
let retry = 0;
let pause = 1000;
let wanted = null; // where the person wants to go, while the connection is away
let refused = null; // why the last answer was not kept, until the next choice

async function put(waits) {
  const page = form();
  const { number, first, ...answer } = waits;
  const next = page?.dataset.number === String(number) && !toCheck(page) ? number + 1 : undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), GIVE_UP);
  try {
    return await fetch(`${base}/answers/${number}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.csrf },
      body: JSON.stringify({ ...answer, next }),
      signal: controller.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

// Whether the next entry may be tried: not when the connection is away or the server is in trouble.
async function send(waits) {
  const shown = () => form()?.dataset.number === String(waits.number);
  let reply;
  let told = {};
  try {
    reply = await put(waits);
    if (reply.status === 400) {
      await renewToken();
      reply = await put(waits);
    }
    told = await reply.json();
  } catch {
    if (![404, 413, 422].includes(reply?.status)) return false;
  }
  if (reply.status === 200) {
    discard(waits);
    count(waits);
    if (told.html) ahead.set(waits.number + 1, { html: told.html, at: performance.now() });
    if (shown()) {
      form().dataset.savedAt = told.saved_at;
      if (!entry(waits.number)) saySaved(told.saved_at);
    }
    if (told.elsewhere) showElsewhere();
    return true;
  }
  if (reply.status === 409) {
    discard(waits);
    if (told.reason === "finished") {
      window.location.assign(base);
      return false;
    }
    refused = told.error;
    if (told.stored) {
      raise(told.stored.sequence);
      count(waits);
    }
    if (shown() && told.stored) {
      choose(told.stored);
      standing = told.stored;
    }
    if (told.elsewhere) showElsewhere(waits.number);
    return true;
  }
  if ([404, 413, 422].includes(reply.status)) {
    discard(waits);
    refused = `Not saved. ${told.error ?? "The server does not take this answer. Reload the page."}`;
    return true;
  }
  return false;
}

// The bar counts the situations that have an answer.
function count(waits) {
  if (!waits.first || counted.has(waits.number)) return;
  counted.add(waits.number);
  const bar = root.querySelector("progress[aria-hidden]");
  if (bar) bar.value += 1;
}

function flush() {
  sending ??= sendAll().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendAll() {
  clearTimeout(retry);
  let sent = 0;
  for (let [first] = waiting(); first; [first] = waiting()) {
    if (state?.dataset.state !== "offline") say("saving", "Saving…");
    if (!(await send(first))) {
      sayWaiting();
      retry = setTimeout(flush, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      return;
    }
    sent += 1;
    pause = 1000;
  }
  if (refused) {
    say("error", refused);
  } else if (sent && !form()) {
    say("saved", "Everything is saved");
    if ("reload" in root.dataset) window.location.reload();
  } else if (sent && state.dataset.state !== "saved") {
    sayStanding(); // the last one sent was the answer to another situation
  }
  if (wanted !== null) go(wanted);
}

// After signing in elsewhere in this browser the page's token is stale; a fresh copy of the page has the new one.
async function renewToken() {
  const page = await fetched(window.location.href);
  const token = page?.querySelector("[data-csrf]")?.dataset.csrf;
  if (token) root.dataset.csrf = token;
}

async function fetched(url) {
  const reply = await fetch(url, { headers: { Accept: "text/html" } });
  return reply.ok ? new DOMParser().parseFromString(await reply.text(), "text/html") : null;
}

// --- a situation ---------------------------------------------------------------------------------------------------

const counted = new Set(); // situations whose first answer has been counted
const seen = new Map(); // situations of this visit, for going back while the connection is away
let settle = 0;
let cleared = null;
let standing = null; // the whole pair that counts, or is on its way, for the situation that is shown

function form() {
  return root.querySelector("[data-situation]");
}

function toCheck(page) {
  return "toCheck" in page.dataset;
}

function pair() {
  return { most: chosen("most"), least: chosen("least") };
}

function whole() {
  return chosen("most") !== null && chosen("least") !== null;
}

function chosen(name, within = root) {
  return within.querySelector(`input[name="${name}"]:checked`)?.value ?? null;
}

function choose(pair) {
  for (const name of ["most", "least"]) {
    for (const radio of root.querySelectorAll(`input[name="${name}"]`)) radio.checked = radio.value === pair[name];
  }
}

function raise(sequence) {
  keep("sequence", String(Math.max(Number(read("sequence") ?? 0), Number(sequence))));
}

function remember(page) {
  raise(page.dataset.sequence);
  raise(Number(read("sequence") ?? 0) + 1);
  const number = Number(page.dataset.number);
  const waits = {
    number,
    key: newKey(),
    sequence: Number(read("sequence")),
    first: !page.dataset.savedAt,
    ...pair(),
    device: Number(root.dataset.device),
    shown_at: page.elements.shown_at.value,
  };
  keep(`answer.${number}`, JSON.stringify(waits));
  standing = pair();
  root.querySelector("[data-skip]").hidden = true;
}

function changed(event) {
  const { name, value } = event.target;
  if (name !== "most" && name !== "least") return;
  const other = name === "most" ? "least" : "most";
  // Passing over an option with the arrow keys takes the other choice away; moving on gives it back.
  if (cleared?.name === other && cleared.value !== value && chosen(other) === null) {
    root.querySelector(`input[name="${other}"][value="${CSS.escape(cleared.value)}"]`).checked = true;
  }
  cleared = null;
  if (chosen(other) === value) {
    root.querySelector(`input[name="${other}"]:checked`).checked = false;
    cleared = { name: other, value };
  }
  both = cleared;
  showBoth();
  problem(null);
  refused = null;
  if (whole()) dropSummary();
  const page = form();
  if (!page) return;
  clearTimeout(settle);
  if (!whole()) {
    if (both) say("plain", sayBoth());
    else say("plain", "Choose the other one too");
    return;
  }
  remember(page);
  if (state.dataset.state !== "offline") say("saving", "Saving…");
  settle = setTimeout(flush, SETTLE);
}

// The list of what was wrong, once nothing is.
function dropSummary() {
  document.querySelector(".error-summary")?.remove();
  document.title = document.title.replace(/^Error: /, "");
}

function problem(text) {
  wrong = text;
  sayBeside();
  const place = root.querySelector("#question-error");
  if (!place) return;
  place.hidden = text === null;
  place.querySelector("[data-problem]").textContent = text ?? "";
  const question = root.querySelector("fieldset.question");
  question.setAttribute("aria-describedby", text === null ? "situation-text" : "situation-text question-error");
}

function submitted(event) {
  const page = form();
  if (!page || event.target !== page) return;
  event.preventDefault();
  const missing = ["most", "least"].filter((name) => chosen(name) === null);
  if (missing.length) {
    problem(
      missing.length === 2
        ? "Choose what you would most likely do, and what you would least likely do."
        : `One choice is missing. Now choose what you would ${missing[0]} likely do.`,
    );
    root.querySelector("[data-beside]").focus();
    return;
  }
  clearTimeout(settle);
  flush();
  go(toCheck(page) ? Number(page.dataset.total) + 1 : Number(page.dataset.number) + 1);
}

// Show situation `number`; the page after the last one is the check. Without a connection: as soon as there is one.
async function go(number, { push = true } = {}) {
  wanted = number;
  const total = Number(form().dataset.total);
  if (number > total) {
    await flush();
    if (wanted === number && !waiting().length) {
      wanted = null;
      window.location.assign(`${base}/check`);
    }
    return;
  }
  const found = ahead.get(number) ?? (await load(number));
  if (wanted !== number) return;
  if (!found) {
    sayWaitingForNext();
    return;
  }
  wanted = null;
  ahead.delete(number);
  show(found, number, push);
}

function sayWaitingForNext() {
  const first = waiting().length ? "Not saved yet." : "No connection.";
  say("offline", `${first} The next situation comes when the connection is back`);
  if (!sending) {
    clearTimeout(retry);
    retry = setTimeout(() => (waiting().length ? flush() : wanted !== null && go(wanted)), pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

async function load(number) {
  if (sending) await sending; // the save that is on its way may bring it along
  if (ahead.has(number) || wanted !== number) return ahead.get(number);
  try {
    const page = await fetched(`${base}/${number}`);
    const found = page?.querySelector("[data-situation]");
    if (found) {
      root.dataset.csrf = page.querySelector("[data-csrf]").dataset.csrf;
      pause = 1000;
      return { html: found.outerHTML, at: performance.now() };
    }
    if (page) window.location.assign(`${base}/${number}`); // another page is due: finished, or gone on elsewhere
  } catch {
    return seen.get(number) ?? null;
  }
  return null;
}

function show(found, number, push) {
  const half = leave();
  form().outerHTML = found.html;
  arrive(found.at, found.pair);
  showLeftHalf(half);
  const page = form();
  const title = `Situation ${page.dataset.number} of ${page.dataset.total}`;
  document.title = document.title.replace(/^.*?( – |$)/, `${title}$1`);
  const heading = root.querySelector("#place");
  heading.textContent = title;
  if (push) history.pushState({ number }, "", `${base}/${number}`);
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

// Whether the page is left in the middle of a change: then what was whole before still counts.
function leave() {
  const page = form();
  const half = leftHalf();
  both = null;
  showBoth();
  seen.set(Number(page.dataset.number), { html: page.outerHTML, at: performance.now(), pair: half ? standing : pair() });
  return half;
}

function leftHalf() {
  return standing !== null && !whole();
}

function showLeftHalf(half) {
  const notice = root.querySelector("[data-left-half]") ?? document.querySelector("[data-left-half]");
  if (notice) notice.hidden = !half;
}

// The next page may be another one: what it has to say waits in this browser.
function tellLeftHalf() {
  if (!document.querySelector("[data-left-half]") || read("half") === null) return;
  drop("half");
  showLeftHalf(true);
}

function arrive(at, shown) {
  cleared = null;
  both = null;
  wrong = null;
  refused = null;
  const page = form();
  const number = Number(page.dataset.number);
  page.elements.key.value = newKey();
  // The server's time when the situation was handed out, and what has passed here until it was shown.
  page.elements.shown_at.value = new Date(Date.parse(page.dataset.shownAt) + (performance.now() - at)).toISOString();
  raise(page.dataset.sequence);
  const before = entry(number) ?? shown;
  if (before) choose(before);
  standing = whole() && (page.dataset.savedAt || entry(number)) ? pair() : null;
  if (standing) page.querySelector("[data-skip]").hidden = true;
  problem(null);
  if (waiting().length) sayWaiting();
  else sayStanding();
}

function sayStanding() {
  const savedAt = form()?.dataset.savedAt;
  if (!whole()) say("plain", "No answer yet");
  else if (savedAt) saySaved(savedAt);
  else say("saved", "Saved");
}

// Another device has joined: nothing more can be chosen here until somebody says so.
function showElsewhere(refusedNumber) {
  ahead.clear(); // it may have been answered over there
  wanted = null;
  const notice = root.querySelector("[data-elsewhere]");
  if (!notice) return;
  if (refusedNumber) {
    notice.querySelector("[data-elsewhere-kept]").textContent =
      `For situation ${refusedNumber} the answer from the other device counts. Your other answers up to now are saved.`;
  }
  for (const radio of form().querySelectorAll("input[type=radio]")) radio.disabled = true;
  form().querySelector("[data-buttons]").hidden = true;
  form().querySelector("[data-skip]").hidden = true;
  if (notice.hidden) {
    notice.hidden = false;
    notice.focus();
  }
}

function clicked(event) {
  const link = event.target.closest("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  clearTimeout(settle);
  flush();
  go(Number(link.dataset.go));
}

function pressed(event) {
  const found = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (!found || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!NUMBER_KEYS_FIT.matches || !keysSwitch?.checked) return;
  const radio = root.querySelector(`#${event.shiftKey ? "least" : "most"}-${found[1]}`);
  if (!radio) return;
  event.preventDefault();
  radio.focus();
  if (!radio.checked) radio.click();
}

// --- begin ---------------------------------------------------------------------------------------------------------

const kind = root.dataset.questionnaire;
const keysSwitch = root.querySelector("[data-keys] input");

if (kind === "finished") {
  for (const name of names()) drop(name); // answers no longer change; nothing of them stays in this browser
} else {
  root.addEventListener("change", changed);
  tellLeftHalf();
  window.addEventListener("pageshow", tellLeftHalf);
}
if (kind === "situation" || kind === "waiting") {
  window.addEventListener("online", flush);
  window.addEventListener("pageshow", flush);
  window.addEventListener("beforeunload", (event) => {
    if (waiting().length) event.preventDefault();
  });
}
if (kind === "situation") {
  root.addEventListener("submit", submitted);
  root.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  window.addEventListener("popstate", () => {
    const number = Number(/\/(\d+)$/.exec(window.location.pathname)?.[1]);
    if (number) go(number, { push: false });
  });
  window.addEventListener("pagehide", () => {
    if (leftHalf()) keep("half", form().dataset.number);
  });
  keysSwitch.checked = read("keys") !== "off";
  keysSwitch.addEventListener("change", () => keep("keys", keysSwitch.checked ? "on" : "off"));
  root.querySelector("[data-keys]").hidden = false;
  arrive(performance.now());
}
