// Written by `eventpact docs`: do not edit.
// Before anything is drawn: the colours that were chosen here before. Without a choice the system decides.
"use strict";
(() => {
  try {
    const chosen = localStorage.getItem("catalog-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
})();
