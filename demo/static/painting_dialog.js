// What the page does in the browser beyond Gradio. Buttons anywhere on the page say what they want:
// data-door opens the large view of a painting, data-ask searches with one (with the uploaded
// picture where it is empty), data-artist keeps to an artist, data-example hangs a drawing,
// data-part hangs a part of the uploaded picture, data-close closes the large view, data-answer goes
// to the answer.
// `element`, `props`, `trigger` and `watch` are those of gr.HTML's js_on_load.

const WISHES =
  "[data-door], [data-ask], [data-artist], [data-example], [data-part], [data-close], [data-answer]";
const answer = () => document.querySelector("#answer");
const dialog = () => element.querySelector("dialog");
const asked = () => document.querySelector("#asked-painting :is(input, textarea)");
// The neighbour to which the focus goes back once its answer is there again.
let returning = null;

history.replaceState({ ...history.state, door: false, asked: "" }, "");

function goToAnswer() {
  answer().tabIndex = -1;
  answer().focus({ preventScroll: true });
}

function ask(painting) {
  asked().value = painting;
  asked().dispatchEvent(new Event("input", { bubbles: true }));
  // The button that was pressed goes away.
  goToAnswer();
}

function closed() {
  // An empty value lets the same painting be opened again.
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
    // The new answer takes the place of the large view among the steps of the browser's Back.
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
