// Written by `eventpact docs`: do not edit.
// Search, colours, printing. Every page can be read without this script.
"use strict";

(() => {
  const root = document.body.dataset.root;

  // Colours.
  const theme = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const show = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("catalog-theme", chosen);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
    show();
  });
  dark.addEventListener("change", show);
  show();
  theme.hidden = false;

  // Search. A row of the index: name, kind, where, page, words.
  const find = document.querySelector(".find");
  const input = document.getElementById("find");
  const found = document.getElementById("found");
  const count = document.getElementById("found-count");
  const list = found.querySelector("ul");
  const rows = (window.catalogIndex || []).map((row) => ({
    row,
    name: row[0].toLowerCase(),
    all: row.join(" ").toLowerCase(),
  }));
  const most = 30;

  // 0 is the best; undefined is no hit. Every word must be found somewhere.
  const rank = (one, words) => {
    if (!words.every((word) => one.all.includes(word))) return undefined;
    if (one.name === words.join(" ")) return 0;
    if (one.name.startsWith(words[0])) return 1;
    return one.name.includes(words[0]) ? 2 : 3;
  };

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  };

  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    found.hidden = words.length === 0;
    if (found.hidden) {
      count.textContent = "";
      return;
    }
    const hits = rows
      .map((one, place) => ({ row: one.row, rank: rank(one, words), place }))
      .filter((hit) => hit.rank !== undefined)
      .sort((a, b) => a.rank - b.rank || a.place - b.place);
    for (const { row } of hits.slice(0, most)) {
      const link = document.createElement("a");
      link.href = root + row[3];
      link.append(element("span", "hit", row[0]), element("span", "kind", row[1]), element("span", "where", row[2]));
      const line = document.createElement("li");
      line.append(link);
      list.append(line);
    }
    count.textContent =
      hits.length === 0 ? "Nothing found" : hits.length > most ? `${most} of ${hits.length} shown` : `${hits.length} found`;
  };

  const close = () => {
    found.hidden = true;
  };
  input.addEventListener("input", search);
  input.addEventListener("focus", () => {
    if (input.value) found.hidden = false;
  });
  find.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      input.focus();
      close();
    } else if (event.key === "ArrowDown" && links.length > 0) {
      event.preventDefault();
      found.hidden = false;
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (at === 0 ? input : links[at - 1]).focus();
    } else if (event.key === "Enter" && document.activeElement === input && links.length > 0) {
      event.preventDefault();
      links[0].click();
    }
  });
  list.addEventListener("click", close);
  document.addEventListener("pointerdown", (event) => {
    if (!find.contains(event.target)) close();
  });
  find.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !find.contains(event.relatedTarget)) close();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  find.hidden = false;

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
