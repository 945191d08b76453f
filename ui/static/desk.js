// The sliders of the desk: they ask for the folder of another day and put it in
// the place of the one shown. Exposure, which takes longer, follows when they rest.
const $ = (id) => document.getElementById(id);
const scrub = $("scrub");
if (scrub) {
  const form = $("ask"), folder = $("folder");
  const on = $("on-range"), known = $("known-range"), tie = $("tie");
  const day = (n) => new Date(n * 86400000).toISOString().slice(0, 10);
  scrub.hidden = false;
  let asked = 0, timer = 0, running = null;

  const query = () => new URLSearchParams({ country: form.country.value, on: day(+on.value), known: day(+known.value) });

  async function show(exposure) {
    const mine = ++asked;
    running?.abort();
    running = new AbortController();
    const q = query();
    const address = `/?${q}`;
    if (exposure) q.set("exposure", "1");
    folder.setAttribute("aria-busy", "true");
    try {
      const r = await fetch(`/desk/part?${q}`, { signal: running.signal });
      const html = await r.text();
      if (mine !== asked) return;
      folder.innerHTML = html;
      history.replaceState(null, "", address);
      if (!exposure) timer = setTimeout(() => show(true), 600);
    } catch (e) {
      if (e.name !== "AbortError") folder.textContent = "The server does not answer.";
    } finally {
      if (mine === asked) folder.removeAttribute("aria-busy");
    }
  }

  function moved(e) {
    if (tie.checked) known.value = on.value;
    $("on-out").value = day(+on.value);
    $("known-out").value = day(+known.value);
    form.on.value = day(+on.value);
    form.known.value = tie.checked ? "" : day(+known.value);
    clearTimeout(timer);
    timer = setTimeout(() => show(false), 60);
  }
  on.addEventListener("input", moved);
  known.addEventListener("input", () => { tie.checked = false; moved(); });
  tie.addEventListener("change", moved);
  form.country.addEventListener("change", moved);
}
