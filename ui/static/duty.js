// The answer follows the form; questions fill it in; the same entry on other
// days comes when it is in sight.
const form = document.getElementById("ask");
const answer = document.getElementById("answer");
let asked = 0, timer = 0, running = null;

const query = () => {
  const q = new URLSearchParams();
  for (const [k, v] of new FormData(form)) if (v) q.set(k, v);
  return q;
};

async function show() {
  const mine = ++asked;
  running?.abort();
  running = new AbortController();
  answer.setAttribute("aria-busy", "true");
  try {
    const r = await fetch(`/duty/part?${query()}`, { signal: running.signal });
    const html = await r.text();
    if (mine !== asked) return;
    const field = document.activeElement?.dataset?.field;
    answer.innerHTML = html;
    history.replaceState(null, "", `/duty?${query()}`);
    if (field) answer.querySelector(`[data-field="${field}"]`)?.focus();
    days();
  } catch (e) {
    if (e.name !== "AbortError") answer.textContent = "The server does not answer.";
  } finally {
    if (mine === asked) answer.removeAttribute("aria-busy");
  }
}

async function days() {
  const section = document.getElementById("days");
  if (!section) return;
  const r = await fetch(`/duty/lines?${section.dataset.query}`);
  const html = await r.text();
  if (section.isConnected) section.innerHTML = `<h2>The same entry on other days</h2>${html}`;
}

const later = () => { clearTimeout(timer); timer = setTimeout(() => form.hts.value && show(), 250); };
form.addEventListener("input", later);
form.addEventListener("submit", (e) => { e.preventDefault(); show(); });
answer.addEventListener("change", (e) => {
  const name = e.target.dataset?.field;
  if (!name) return;
  form.elements[name].value = e.target.value;
  form.querySelector("details").open = true;
  show();
});
days();
