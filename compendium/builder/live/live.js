// Client of the live preview: reloads the page when it has changed, shows the errors of a build.
// The preview's server adds it to pages; no page of the book has it.
"use strict";
{
  const page = location.pathname;
  const sign = document.createElement("aside");
  sign.id = "live";
  sign.hidden = true;
  sign.setAttribute("role", "alert");
  const title = sign.appendChild(document.createElement("strong"));
  const text = sign.appendChild(document.createElement("pre"));
  document.body.append(sign);

  function show(kind, head, said) {
    sign.dataset.kind = kind;
    title.textContent = head;
    text.textContent = said;
    sign.hidden = !head;
  }

  const events = new EventSource(`/_live/events?page=${encodeURIComponent(page)}`);
  let version = null;
  events.addEventListener("state", (event) => {
    const state = JSON.parse(event.data);
    if (version && state.version && state.version !== version) {
      location.reload();
      return;
    }
    version = state.version || version;
    if (state.state === "broken") show("broken", "The last save could not be built", state.said);
    else if (state.state === "building") show("building", "Building …", "");
    else show("", "", "");
  });
  events.addEventListener("error", () => show("broken", "The preview has ended", "Start it again: make serve"));
}
