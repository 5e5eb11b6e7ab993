/* Cards beside links, and the filters of the table of all claims. Without this file a link leads where it leads, and
   the table stands there whole. */
"use strict";

/* --- cards: shown on hover, on focus from the keyboard, and by a first tap; closed by Escape and by leaving. */

const GAP = 6, EDGE = 8; // pixels
const WAIT = 120, NEXT = 40, GRACE = 250; // milliseconds
let shown = null, timer = 0, quiet = false, touched = false;

const linkOf = (node) => node instanceof Element ? node.closest("a[data-card]") : null;
const cardOf = (link) => document.getElementById(link.dataset.card);

/* Below the link where there is room, else above it, else where there is more: never over what it explains. */
function put(card, link) {
  card.style.maxHeight = "";
  const lines = [...link.getClientRects()], first = lines[0], last = lines[lines.length - 1];
  const wide = document.documentElement.clientWidth, high = window.innerHeight;
  const below = high - last.bottom - GAP - EDGE, above = first.top - GAP - EDGE;
  const under = card.offsetHeight <= below || below >= above;
  card.style.maxHeight = `${Math.max(under ? below : above, 96)}px`;
  const top = under ? last.bottom + GAP : first.top - GAP - card.offsetHeight;
  const left = Math.max(EDGE, Math.min(last.left, wide - card.offsetWidth - EDGE));
  card.style.top = `${top + window.scrollY}px`;
  card.style.left = `${left + window.scrollX}px`;
}

function show(link) {
  clearTimeout(timer);
  if (shown && shown.link === link) return;
  hide();
  const card = cardOf(link);
  if (!card || !card.showPopover) return;
  card.showPopover({ source: link });
  link.setAttribute("aria-details", card.id);
  put(card, link);
  shown = { link, card };
}

function hide() {
  clearTimeout(timer);
  if (!shown) return;
  shown.link.removeAttribute("aria-details");
  shown.card.hidePopover();
  shown = null;
}

const later = (what, after) => { clearTimeout(timer); timer = setTimeout(what, after); };

/* A card that holds the focus, or whose link does, stays when the mouse goes elsewhere. */
function leave() {
  clearTimeout(timer);
  if (shown && !shown.card.contains(document.activeElement) && shown.link !== document.activeElement) later(hide, GRACE);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const link = linkOf(event.target);
  if (link) later(() => show(link), shown ? NEXT : WAIT);
  else if (shown && shown.card.contains(event.target)) clearTimeout(timer);
  else leave();
});
document.documentElement.addEventListener("pointerleave", leave);
document.addEventListener("pointerdown", (event) => { touched = event.pointerType !== "mouse"; });

document.addEventListener("focusin", (event) => {
  const link = linkOf(event.target);
  if (link && !quiet && link.matches(":focus-visible")) show(link);
  else if (shown && !shown.card.contains(event.target) && shown.link !== event.target) hide();
});

document.addEventListener("click", (event) => {
  const link = linkOf(event.target);
  // A click from the keyboard has no place on the screen, and follows the link.
  if (link && touched && event.detail > 0 && cardOf(link) && shown?.link !== link) {
    event.preventDefault();
    show(link);
  } else if (shown && !link && !shown.card.contains(event.target)) hide();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  clearTimeout(timer); // of a card that is on its way
  if (!shown) return;
  const { link, card } = shown, inside = card.contains(document.activeElement);
  hide();
  if (inside) { quiet = true; link.focus(); quiet = false; }
});

/* The card goes with the page; with what scrolls inside it only where the focus, which has scrolled it, is on its link. */
document.addEventListener("scroll", (event) => {
  if (!shown || event.target === document || !event.target.contains(shown.link)) return;
  if (shown.link === document.activeElement) put(shown.card, shown.link);
  else hide();
}, { capture: true, passive: true });
window.addEventListener("resize", hide);

/* --- filters: what is asked for stands in the address, so that a view can be sent to somebody. */

const form = document.querySelector("form.filters");
if (form) {
  const body = document.querySelector("table.claims tbody"), said = form.querySelector("output");
  const facets = [...form.querySelectorAll("select")].map((field) => field.name).filter((name) => name !== "sort");
  // Words are found whatever their accents and capitals; the name of a row belongs to its words.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = [...body.rows].map((row, place) => ({
    row, place, text: plain(`${row.textContent} ${row.id}`),
    has: Object.fromEntries(facets.map((name) => [name, row.dataset[name].split("|")])),
  }));
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  let order_now = "";

  const fits = (one, asked, words) =>
    facets.every((name) => !asked[name] || one.has[name].includes(asked[name])) && words.every((word) => one.text.includes(word));

  function sort(by, down) {
    if (order_now === by + down) return;
    order_now = by + down;
    const sorted = [...rows].sort((one, other) =>
      (by ? order.compare(one.has[by][0], other.has[by][0]) : 0) * (down ? -1 : 1) || (one.place - other.place) * (down && !by ? -1 : 1));
    const table = body.parentNode;
    body.remove(); // rows that are moved one by one in sight take a hundred times as long
    body.append(...sorted.map((one) => one.row));
    table.append(body);
  }

  function apply() {
    const asked = Object.fromEntries(new FormData(form)), words = plain(asked.q).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of rows) {
      const hidden = !fits(one, asked, words);
      if (one.row.hidden !== hidden) one.row.hidden = hidden;
      count += !hidden;
    }
    sort(asked.sort, asked.down ?? "");
    const [some, all] = [count, rows.length].map((number) => number.toLocaleString("en"));
    said.textContent = count === rows.length ? `${all} claims` : `${some} of ${all} claims`;
    return asked;
  }

  function keep(asked) {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
    try { history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash); } catch { /* not from a file */ }
  }

  function recall() {
    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = form.elements.namedItem(name);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = value === field.value;
      else field.value = value;
      if (field.tagName === "SELECT") form.querySelector("details").open = true;
    }
    apply();
  }

  form.addEventListener("input", () => keep(apply()));
  form.addEventListener("reset", () => setTimeout(() => keep(apply())));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", recall);
  if (location.search) recall();
}
