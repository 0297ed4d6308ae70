// Handles clicks in the list of the collection; Gradio provides `element`, `trigger` and `watch`.

let last = null;

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-kind]");
  if (!button) return;
  const { kind, key } = button.dataset;
  last = { kind, key };
  trigger("select", { kind, key });
});

// Drawing the list again loses the focus, so it is restored.
watch("value", () => {
  if (!last || document.activeElement !== document.body) return;
  const { kind, key } = last;
  const again = element.querySelector(`[data-kind="${kind}"][data-key="${CSS.escape(key)}"]`)
    ?? element.querySelector(`[data-kind="${kind}"]`);
  again?.focus({ preventScroll: true });
  if (kind === "page") element.querySelector(".paintings").scrollIntoView({ block: "start" });
  last = null;
});
