// The point moves as asks and offers are granted. A table that is not laid yet
// takes the place of the page when it is.
const main = document.getElementById("main");
const $ = (id) => document.getElementById(id);
let asked = 0, timer = 0;
const query = () => {
  const q = new URLSearchParams();
  for (const [k, v] of new FormData($("ask"))) if (v) q.append(k, v);
  return q;
};
async function show() {
  const mine = ++asked;
  const q = query(), choice = $("choice");
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
main.addEventListener("change", (e) => {
  if ($("ask").dataset.waits || e.target.name !== "grant" && e.target.name !== "red") return;
  clearTimeout(timer);
  timer = setTimeout(show, 30);
});
if ($("ask").dataset.waits) {
  const q = new URLSearchParams(location.search);
  q.set("wait", "1");
  try {
    const r = await fetch(`/talks?${q}`);
    const page = new DOMParser().parseFromString(await r.text(), "text/html");
    main.replaceChildren(...page.getElementById("main").childNodes);
  } catch {
    $("choice").textContent = "The server does not answer.";
    $("choice").removeAttribute("aria-busy");
  }
}
