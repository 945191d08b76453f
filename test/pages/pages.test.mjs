// The pages in a real browser, on the founding case: Japan in April 2025.
// KANZEI names the program, CHROMIUM the browser; SHOTS a folder for pictures.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const program = process.env.KANZEI ?? "../../bin/kanzei";
let server, base, browser;

before(async () => {
  server = spawn(program, ["serve", "--addr", "127.0.0.1:0", "--log", "none"], { stdio: ["ignore", "inherit", "pipe"] });
  base = await new Promise((found, failed) => {
    server.stderr.on("data", (b) => {
      const m = String(b).match(/listening on (http:\S+)/);
      if (m) found(m[1]);
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  if (process.env.SHOTS) mkdirSync(process.env.SHOTS, { recursive: true });
});

after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
});

const pages = {
  desk: "/?country=JP&on=2025-04-15",
  duty: "/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15",
  "duty-range": "/duty?hts=7326.90.86.88&from=JP&value=10000&on=2025-07-01",
  "duty-search": "/duty?hts=passenger+car&on=2025-04-15",
  exposure: "/exposure?country=JP&on=2025-04-15",
  talks: "/talks?country=JP&on=2025-04-16&known=2025-04-16&grant=cars-and-parts",
  ledger: "/ledger?known=2025-04-15",
  instrument: "/ledger/instrument?id=EO%2014266",
  heading: "/ledger/heading?h=9903.01.53",
  diff: "/ledger/diff?on=2025-04-09&to=2025-04-10&from=JP",
  coverage: "/ledger/coverage",
  entries: "/entries",
  sources: "/sources",
  book: "/book",
  "book-importer": "/book/importer",
  "book-model": "/book/method-model",
  "book-http": "/book/http",
  api: "/docs",
  error: "/duty?hts=8703.23.01.40&from=XX",
};

// open loads a page and fails on any error in it.
async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => { if (m.type() === "error" && !/status of 4\d\d/.test(m.text())) errors.push(m.text()); });
  page.on("request", (r) => { if (!r.url().startsWith(base) && !r.url().startsWith("data:")) errors.push(`asks elsewhere: ${r.url()}`); });
  await page.goto(base + path, { waitUntil: "networkidle", timeout: 120_000 });
  return { page, errors, close: () => context.close() };
}

for (const [name, path] of Object.entries(pages)) {
  for (const [width, scheme] of [[400, "light"], [800, "dark"], [1280, "light"]]) {
    test(`${name} at ${width} px, ${scheme}`, async () => {
      const { page, errors, close } = await open(path, { viewport: { width, height: 900 }, colorScheme: scheme });
      try {
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${scheme}.png`, fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px wider than the window`);
        await page.evaluate(axe);
        const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
        assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`), []);
        assert.deepEqual(errors, []);
      } finally {
        await close();
      }
    });
  }
}

test("the desk follows its sliders, and the pause ends", async () => {
  const { page, errors, close } = await open(pages.desk);
  await page.getByText("24 % (9903.01.53) suspended since 10 April 2025").first().waitFor();
  const slide = (id, day) => page.evaluate(([id, day]) => {
    const e = document.getElementById(id);
    e.value = Math.round(Date.parse(day) / 86400000);
    e.dispatchEvent(new Event("input", { bubbles: true }));
  }, [id, day]);
  await slide("known-range", "2025-04-15");
  await slide("on-range", "2025-07-10");
  await page.getByRole("heading", { name: "Japan: US tariffs on 2025-07-10" }).waitFor();
  assert.match(await page.locator(".clocks").first().innerText(), /as known at the end of 2025-04-15/);
  await page.getByText("24 % (9903.01.53) in force").first().waitFor();
  assert.match(page.url(), /on=2025-07-10&known=2025-04-15/);
  assert.deepEqual(errors, []);
  await close();
});

test("a question answered narrows the duty", async () => {
  const { page, errors, close } = await open(pages["duty-range"]);
  const big = page.locator(".answer .big");
  assert.equal(await big.innerText(), "1290.00 to 5290.00");
  await page.locator('[data-field="steel"]').fill("50");
  await page.locator('[data-field="steel"]').press("Tab");
  await page.getByText("Exact: every fact needed is declared").waitFor();
  assert.equal(await big.innerText(), "3290.00 USD");
  assert.match(page.url(), /steel=50/);
  await page.locator("#days table").waitFor();
  const again = await open(new URL(page.url()).pathname + new URL(page.url()).search);
  assert.equal(await again.page.locator(".answer .big").innerText(), "3290.00 USD", "the link leads to the same answer");
  await again.close();
  assert.deepEqual(errors, []);
  await close();
});

test("the point moves as asks are granted, within 300 ms", async () => {
  const { page, errors, close } = await open(pages.talks);
  const gain = page.locator("#choice .figures dt").first();
  const before = await gain.innerText();
  const paused = page.getByLabel(/the country rate of .* stays paused/);
  const answered = page.waitForResponse((r) => r.url().includes("/talks/part"));
  await paused.check();
  const r = await answered;
  await page.waitForFunction((old) => document.querySelector("#choice .figures dt").innerText !== old, before);
  console.log(`# a change took ${Math.round(r.request().timing().responseEnd)} ms`);
  await page.getByLabel("Red lines").fill("cars>=30%");
  await page.getByLabel("Red lines").press("Tab");
  await page.getByText("the rate there is").waitFor();
  await page.getByLabel("Red lines").fill("revenue>=-1m");
  await page.getByLabel("Red lines").press("Tab");
  await page.getByText("Crosses:").waitFor();
  const draft = await page.request.get(base + await page.getByRole("link", { name: "save as a draft" }).getAttribute("href"));
  assert.match(await draft.text(), /^kind: draft$/m);
  assert.deepEqual(errors, []);
  await close();
});

test("everything can be read without a script", async () => {
  const { page, close } = await open(pages.desk, { javaScriptEnabled: false });
  await page.getByLabel("Day", { exact: true }).fill("2025-08-20");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: "Japan: US tariffs on 2025-08-20" }).waitFor();
  await page.goto(`${base}/duty`);
  await page.getByLabel("Code or words").fill("8703.23.01.40");
  await page.getByLabel("Value, USD").fill("30000");
  await page.getByLabel("Day of entry").fill("2025-04-15");
  await page.getByRole("button", { name: "What is owed?" }).click();
  assert.equal(await page.locator(".answer .big").innerText(), "8250.00 USD");
  await close();
});

test("the keyboard is enough", async () => {
  const { page, close } = await open("/duty");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "To the answer");
  await page.getByLabel("Code or words").focus();
  await page.keyboard.type("8703.23.01.40");
  await page.keyboard.press("Enter");
  await page.locator(".answer .big").waitFor();
  await close();
});

test("a file of entries is rated, fetched and forgotten", async () => {
  const { page, errors, close } = await open("/entries");
  await page.getByLabel(/^File/).setInputFiles({ name: "e.csv", mimeType: "text/csv",
    buffer: Buffer.from("id,hts,origin,entry_date,value_usd\n1,8703.23.01.40,JP,2025-04-15,30000\n2,0000,JP,2025-04-15,1\n") });
  await page.getByRole("button", { name: "Rate" }).click();
  await page.getByText("1 rows rated, 1 rejected").waitFor();
  const rated = await page.request.get(base + await page.getByRole("link", { name: "Answers" }).getAttribute("href"));
  assert.match(await rated.text(), /^1,8703\.23\.01\.40,JP,2025-04-15,30000,exact,8250\.00,27\.5,/m);
  const rejects = await page.request.get(base + await page.getByRole("link", { name: /Rejected/ }).getAttribute("href"));
  assert.match(await rejects.text(), /^2,hts,/m);
  await page.getByRole("button", { name: "Discard now" }).click();
  await page.getByRole("button", { name: "Rate" }).waitFor();
  assert.deepEqual(errors, []);
  await close();
});

test("the exposure can be taken away", async () => {
  const { page, close } = await open(pages.exposure);
  const file = await page.request.get(base + await page.getByRole("link", { name: "this table as CSV" }).getAttribute("href"));
  assert.match(await file.text(), /^key,name,imports_usd/);
  const json = await page.request.get(base + await page.getByRole("link", { name: "everything as JSON" }).getAttribute("href"));
  assert.equal((await json.json()).country.iso2, "JP");
  await close();
});
