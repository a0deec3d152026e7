// The workbench while numbers change: sliders beside the number fields, and the preview fetched anew.
// Without this script the number fields, the choices of weight and the button "Preview without keeping" do the same.

const PAUSE = 350;
const form = document.getElementById("workbench");
const region = document.getElementById("preview");
const body = document.getElementById("preview-body");
const state = document.getElementById("preview-state");
const notKept = document.getElementById("not-kept");

function slider(number, label, value) {
  const made = document.createElement("input");
  made.type = "range";
  made.min = number.dataset.lowest;
  made.max = number.dataset.highest;
  made.step = "1";
  made.value = value;
  made.setAttribute("aria-label", label);
  return made;
}

function part(name) {
  const made = document.createElement("div");
  made.className = name;
  return made;
}

// One line with two sliders that write into the two fields. An empty field, which is an open end, leaves its slider at
// the end of the scale. The dashed frame is the band in force.
function addSliders(band) {
  const [low, high] = band.querySelectorAll("input");
  const lowest = Number(low.dataset.lowest);
  const highest = Number(low.dataset.highest);
  const { title, wasLow, wasHigh } = band.dataset;
  const from = slider(low, `${title}, lower end`, low.value || lowest);
  const to = slider(high, `${title}, upper end`, high.value || highest);
  const place = part("band-sliders");
  const at = (value) => (value - lowest) / (highest - lowest);
  place.style.setProperty("--was-from", at(wasLow || lowest));
  place.style.setProperty("--was-to", at(wasHigh || highest));
  const draw = () => {
    place.style.setProperty("--from", at(from.value));
    place.style.setProperty("--to", at(to.value));
    // Where both stand together, the one that still has room to move must be the one that can be taken hold of.
    from.classList.toggle("on-top", at(from.value) > 0.5);
  };
  const follow = () => {
    from.value = low.value || lowest;
    to.value = high.value || highest;
    draw();
  };
  from.addEventListener("input", () => {
    from.value = Math.min(from.value, to.value - 1);
    low.value = from.value;
    draw();
  });
  to.addEventListener("input", () => {
    to.value = Math.max(to.value, Number(from.value) + 1);
    high.value = to.value;
    draw();
  });
  low.addEventListener("input", follow);
  high.addEventListener("input", follow);
  place.append(part("band-fill"), part("band-was"), from, to);
  band.after(place);
  draw();
}

let waiting;
let running;

async function refresh() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  region.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)), signal });
    if (answer.status !== 200 && answer.status !== 422) throw new Error(`status ${answer.status}`);
    const opened = [...body.querySelectorAll("details[open]")].map((one) => one.id);
    body.innerHTML = await answer.text();
    for (const one of body.querySelectorAll("details")) one.open = opened.includes(one.id);
    for (const one of body.querySelectorAll("[data-rests]")) {
      const beside = document.getElementById(`${one.dataset.rests}-rests`);
      beside.textContent = one.textContent;
      beside.classList.toggle("rests-new", "new" in one.dataset);
    }
    state.textContent = body.querySelector("[data-short]").dataset.short;
    region.setAttribute("aria-busy", "false");
  } catch (problem) {
    if (problem.name === "AbortError") return;
    state.textContent = "The preview could not be made just now. What you typed is still here; change a number to try again.";
    region.setAttribute("aria-busy", "false");
  }
}

let changed = false;
function later() {
  changed = true;
  notKept.hidden = false;
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PAUSE);
}

if (form && region) {
  for (const band of form.querySelectorAll("[data-band]")) addSliders(band);
  form.addEventListener("input", later);
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (leaving) => {
    if (changed) leaving.preventDefault();
  });
}
