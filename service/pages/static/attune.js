// What pages do beyond forms and links: keys, clocks, and what happens elsewhere. All of it is extra.
"use strict";
(() => {
  const root = document.documentElement, loaded = Date.now(), began = Date.parse(root.dataset.now);
  const worldNow = () => began + (root.hasAttribute("data-standing") ? 0 : Date.now() - loaded);

  const span = (ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000), days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24;
    const parts = days ? [`${days} d`, hours ? `${hours} h` : ""] : hours ? [`${hours} h`, `${minutes % 60} min`] : [`${minutes} min`];
    return parts.filter(Boolean).join(" ");
  };
  const count = (within = document) => within.querySelectorAll("time[data-until]").forEach((one) => {
    const left = Date.parse(one.dateTime) - worldNow();
    one.textContent = left <= 0 ? `${span(left)} late` : `in ${span(left)}`;
    one.classList.toggle("late", left <= 0);
  });

  const toast = (text) => {
    const shown = document.querySelector("[data-toast]");
    shown.textContent = text; shown.hidden = !text;
    clearTimeout(toast.timer); toast.timer = setTimeout(() => { shown.hidden = true; }, 8000);
  };

  // Keys: whatever has data-key is clicked or focused by it; j and k walk through data-item.
  const typing = (at) => at.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const shown = (one) => one.checkVisibility();
  const walk = (step) => {
    const items = [...document.querySelectorAll("[data-item]")].filter(shown);
    const focused = items.findIndex((one) => one.contains(document.activeElement));
    const at = focused < 0 ? items.findIndex((one) => one.querySelector("[aria-current]")) : focused;
    const next = items[Math.max(0, Math.min(items.length - 1, at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step))];
    if (next) (next.querySelector("a, button") ?? next).focus();
  };
  const keys = () => {
    const list = document.querySelector("[data-keys]");
    const rows = [["j / k", "next, previous"], ["?", "this list"]];
    document.querySelectorAll("[data-key]").forEach((one) => rows.push([one.dataset.key, one.dataset.keySays ?? one.textContent.trim()]));
    list.replaceChildren(...rows.flatMap(([key, says]) => {
      const term = document.createElement("dt"), meaning = document.createElement("dd"), cap = document.createElement("kbd");
      cap.textContent = key; term.append(cap); meaning.textContent = says;
      return [term, meaning];
    }));
    document.getElementById("keys").showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (typing(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "j" || event.key === "k") { walk(event.key === "j" ? 1 : -1); return event.preventDefault(); }
    if (event.key === "?") { keys(); return event.preventDefault(); }
    const one = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find(shown);
    if (!one) return;
    event.preventDefault();
    if (one.matches("input, textarea, select")) one.focus(); else one.click();
  });

  // What happens elsewhere: an event in the ledger fires live:<kind> on the body; hx-trigger takes it.
  // Many at once fire once, and what came while nobody looked is told on coming back.
  const state = (text, on) => {
    const shown = document.querySelector("[data-live-state]");
    if (shown) { shown.textContent = text; shown.classList.toggle("on", on); }
  };
  const waiting = new Set();
  let due = 0;
  const fire = () => {
    due = 0;
    for (const kind of waiting) htmx.trigger(document.body, `live:${kind}`);
    if (waiting.size) htmx.trigger(document.body, "live:any");
    waiting.clear();
  };
  const listen = (address) => {
    let last = null, source = null;
    const open = () => {
      source = new EventSource(last === null ? address : `/live?after=${last}`);
      source.addEventListener("begun", (event) => { last = event.lastEventId; state("live", true); });
      source.addEventListener("change", (event) => {
        last = event.lastEventId;
        waiting.add(JSON.parse(event.data).kind);
        if (!due) due = setTimeout(fire, 300);
      });
      source.addEventListener("ended", () => { source.close(); location.assign("/sign-in"); });
      source.onerror = () => {
        state("not live; trying again", false);
        if (source.readyState === EventSource.CLOSED) setTimeout(() => { waiting.add("any"); fire(); open(); }, 10000);
      };
    };
    open();
  };

  document.addEventListener("htmx:afterSettle", (event) => count(event.detail.elt));
  // A part that says what went wrong stands where it was asked for; anything else is told in a toast.
  const isPart = (event) => event.detail.xhr.getResponseHeader("Attune-Part") !== null;
  document.addEventListener("htmx:beforeSwap", (event) => { if (isPart(event)) { event.detail.shouldSwap = true; event.detail.isError = false; } });
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").getElementById("problem");
    toast(page ? page.innerText.trim().replace(/\s+/g, " ") : `That failed (${event.detail.xhr.status}); nothing was done.`);
  });
  document.addEventListener("htmx:sendError", () => toast("attune can't be reached; nothing was done."));
  document.addEventListener("DOMContentLoaded", () => {
    count(); setInterval(count, 15000);
    const address = document.body.dataset.live;
    if (address) listen(address);
  });
})();
