// The console: which row is open, and where the hands go after a part of the page was replaced.
"use strict";
(() => {
  const mark = () => {
    for (const row of document.querySelectorAll(".queue a"))
      if (new URL(row.href).pathname === location.pathname) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    document.querySelector(".console")?.classList.toggle("chosen", location.pathname !== "/console");
  };
  const first = (form) => form.querySelector("[aria-invalid=true], input:not([type=hidden]), textarea, select");

  // A row that had the focus and is gone: the one that took its place gets it.
  let left = -1;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const rows = [...document.querySelectorAll(".queue a")];
    left = event.detail.target.id === "queue" ? rows.indexOf(document.activeElement) : -1;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    mark();
    const rows = document.querySelectorAll(".queue a");
    if (left >= 0 && document.activeElement === document.body && rows.length)
      rows[Math.min(left, rows.length - 1)].focus({ preventScroll: true });
    left = -1;
    const wrong = document.querySelector("#card [aria-invalid=true]");
    if (wrong && event.detail.elt.id === "card") wrong.focus();
  });
  document.addEventListener("htmx:pushedIntoHistory", mark);
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details[data-form][open]") && !event.target.contains(document.activeElement?.closest("form"))) first(event.target)?.focus();
  }, true);
  document.addEventListener("DOMContentLoaded", mark);
})();
