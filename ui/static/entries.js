// How far a file is, without loading the page again.
const bar = document.getElementById("bar"), state = document.getElementById("state");
async function look() {
  const r = await fetch(`/entries/file?json&id=${bar.dataset.id}`);
  if (!r.ok) return location.reload();
  const x = await r.json();
  if (x.done) return location.reload();
  state.textContent = `${x.rows.toLocaleString("en")} rows so far${x.percent >= 0 ? `, ${x.percent} %` : ""}`;
  if (x.percent >= 0) bar.value = x.percent;
  setTimeout(look, 400);
}
look();
