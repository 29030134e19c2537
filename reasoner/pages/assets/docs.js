// Makes the pages quicker to use. All that they say is there without it.
"use strict";

function words(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

// The page for finding: shows the lines in which all the words occur, as they are typed.
function find() {
  const list = document.getElementById("entries");
  if (!list) return;
  const box = document.getElementById("find");
  const told = document.querySelector(".found");
  const texts = new Map([...list.querySelectorAll("li")].map(
    (line) => [line, `${line.textContent} ${line.dataset.words}`.toLowerCase()]));
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  function show() {
    const wanted = words(box.value);
    let total = 0;
    for (const section of list.querySelectorAll("section")) {
      let here = 0;
      for (const line of section.querySelectorAll("li")) {
        line.hidden = !wanted.every((word) => texts.get(line).includes(word));
        here += line.hidden ? 0 : 1;
      }
      section.hidden = here === 0;
      section.querySelector(".count").textContent = here;
      total += here;
    }
    told.textContent = wanted.length ? `${total || "Nothing"} found for \u201c${box.value.trim()}\u201d.` : "";
  }
  box.addEventListener("input", show);
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(box.value)}`);
  });
  show();
  box.focus();
}

// The table of limits: shows the rows that meet all filters.
function filter() {
  const form = document.querySelector("form[data-filters]");
  if (!form) return;
  const rows = [...document.getElementById(form.dataset.filters).tBodies[0].rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const value = (name) => form.querySelector(`[data-filter=${name}]`).value;
  function show() {
    const wanted = words(value("text"));
    const [tier, mark, day] = [value("tier"), value("mark"), value("day")];
    let shown = 0;
    for (const row of rows) {
      const { since, until } = row.dataset;
      const meets = wanted.every((word) => texts.get(row).includes(word))
        && (!tier || row.dataset.tier === tier)
        && (!mark || row.dataset.mark === mark)
        && (!day || (since !== "" && since <= day && (until === "" || day < until)));
      row.hidden = !meets;
      shown += meets ? 1 : 0;
    }
    form.querySelector(".found").textContent = `${shown} of ${rows.length} rows`;
  }
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}

find();
filter();
