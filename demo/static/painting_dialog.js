// Handles all buttons of the page that are not Gradio's. Their data attributes name the action:
// data-door opens the large view of a painting, data-ask searches with a painting (empty: with the
// uploaded picture), data-artist filters by an artist, data-example uses a drawing, data-part uses
// a part of the uploaded picture, data-close closes the large view, data-answer goes to the answer.
// `element`, `props`, `trigger` and `watch` come from gr.HTML's js_on_load.

const WISHES =
  "[data-door], [data-ask], [data-artist], [data-example], [data-part], [data-close], [data-answer]";
const answer = () => document.querySelector("#answer");
const dialog = () => element.querySelector("dialog");
const asked = () => document.querySelector("#asked-painting :is(input, textarea)");
// The neighbour that gets the focus back when its answer is shown again.
let returning = null;

history.replaceState({ ...history.state, door: false, asked: "" }, "");

function goToAnswer() {
  answer().tabIndex = -1;
  answer().focus({ preventScroll: true });
}

function ask(painting) {
  asked().value = painting;
  asked().dispatchEvent(new Event("input", { bubbles: true }));
  // The pressed button disappears with the dialog.
  goToAnswer();
}

function closed() {
  // Resetting the value allows opening the same painting again.
  props.value = "";
  if (history.state?.door) history.back();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(WISHES);
  if (!button) return;
  const { door, ask: painting, artist, example, part } = button.dataset;
  if (button.dataset.answer !== undefined) return goToAnswer();
  if (door !== undefined) {
    history.replaceState({ ...history.state, opened: door }, "");
    trigger("select", { painting: door });
    return;
  }
  if (painting !== undefined && dialog()) {
    // In the browser history, the new answer replaces the large view.
    history.replaceState({ ...history.state, door: false, asked: painting }, "");
  }
  dialog()?.close();
  if (painting !== undefined) ask(painting);
  if (artist !== undefined) trigger("submit", { artist });
  if (example !== undefined) trigger("example_select", { example });
  if (part !== undefined) {
    trigger("apply", { part });
    goToAnswer();
  }
});

watch("value", () => {
  if (!dialog() || dialog().open) return;
  history.pushState({ ...history.state, door: true }, "");
  dialog().addEventListener("close", closed, { once: true });
  dialog().showModal();
});

window.addEventListener("pinacoteca-asked", ({ detail }) => {
  if ((history.state?.asked ?? "") !== detail) {
    history.pushState({ ...history.state, door: false, asked: detail }, "");
  }
});

window.addEventListener("popstate", ({ state }) => {
  if (dialog()?.open) {
    dialog().close();
  } else if ((state?.asked ?? "") !== asked().value) {
    returning = state?.opened ?? null;
    ask(state?.asked ?? "");
  }
});

window.addEventListener("pinacoteca-answered", () => {
  if (returning === null) return;
  answer().querySelector(`[data-door="${CSS.escape(returning)}"]`)?.focus();
  returning = null;
});
