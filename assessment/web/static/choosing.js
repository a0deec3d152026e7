// Beside the button that compares: how many people are chosen. Fewer than two are told here instead of on a page of its own.

const bar = document.querySelector("[data-choosing]");
const form = bar?.closest("form");
const count = bar?.querySelector("[aria-live]");

function chosen() {
  return form.querySelectorAll("input[name='c']:checked").length;
}

function tell() {
  const number = chosen();
  count.textContent = number ? `${number} chosen` : "";
}

if (form) {
  form.addEventListener("change", tell);
  form.addEventListener("submit", (sending) => {
    if (chosen() >= 2) return;
    sending.preventDefault();
    count.textContent = chosen() ? "1 chosen. Choose at least one more." : "Choose at least two people.";
  });
  window.addEventListener("pageshow", tell); // coming back, the browser has kept the ticks
}
