// The editor of YASGUI in a DOM without a browser: it sends a query as it does in a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { JSDOM } from "jsdom";

const [endpoint, query] = process.argv.slice(2);
const { window } = new JSDOM("<!doctype html><div id='editor'></div>", {
  url: endpoint,
  pretendToBeVisual: true,
  runScripts: "outside-only",
});
const box = { left: 0, right: 0, top: 0, bottom: 0 };
window.document.createRange = () => ({
  setStart() {},
  setEnd() {},
  setEndAfter() {},
  commonAncestorContainer: window.document.body,
  getBoundingClientRect: () => box,
  getClientRects: () => [],
});
for (const name of ["fetch", "Headers", "Request", "Response", "AbortController", "AbortSignal"]) {
  window[name] = globalThis[name];
}
const script = createRequire(import.meta.url).resolve("@zazuko/yasqe/build/yasqe.min.js");
window.eval(readFileSync(script, "utf8"));
const yasqe = new window.Yasqe(window.document.getElementById("editor"), {
  requestConfig: { endpoint },
  persistenceId: null,
  value: query,
});
const answer = await yasqe.query();
console.log(JSON.stringify({ status: answer.status, content: answer.content }));
process.exit(0);
