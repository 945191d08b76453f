// The point moves as asks and offers are granted.
const form = document.getElementById("ask"), choice = document.getElementById("choice");
let asked = 0, timer = 0;
async function show() {
  const mine = ++asked;
  const q = new URLSearchParams();
  for (const [k, v] of new FormData(form)) if (v) q.append(k, v);
  choice.setAttribute("aria-busy", "true");
  try {
    const r = await fetch(`/talks/part?${q}`);
    const html = await r.text();
    if (mine !== asked) return;
    choice.innerHTML = html;
    history.replaceState(null, "", `/talks?${q}`);
  } catch {
    choice.textContent = "The server does not answer.";
  } finally {
    if (mine === asked) choice.removeAttribute("aria-busy");
  }
}
form.addEventListener("change", (e) => {
  if (e.target.name !== "grant" && e.target.name !== "red") return;
  clearTimeout(timer);
  timer = setTimeout(show, 30);
});
