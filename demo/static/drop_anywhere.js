// Lets visitors drop a picture anywhere on the page, or paste one, even if there is one already.
// Gradio's own input accepts files only in its area and only while it is empty; elsewhere the
// browser would leave the page and show the file. `trigger` and `upload` come from gr.HTML's
// js_on_load.

const DRAGGED = ["Files", "text/uri-list"];
const ownArea = (target) => target.closest?.("#painting button:has(input[type=file])");
const brings = ({ target, dataTransfer }) =>
  dataTransfer.types.some((type) => DRAGGED.includes(type)) && !ownArea(target);
const dragging = (on) => document.body.classList.toggle("dragging", on);

async function hang(files) {
  const file = [...files].find(({ type }) => type.startsWith("image/")) ?? files[0];
  if (!file) return trigger("upload", { address: "" });
  try {
    trigger("upload", { address: (await upload(file)).url });
  } catch {
    // Gradio has already shown what is wrong, for example that the file is too large.
  }
}

// Listens in the capture phase, because other handlers may stop bubbling events.
const listen = (kind, listener) => document.addEventListener(kind, listener, { capture: true });

listen("dragover", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  dragging(true);
});
listen("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) dragging(false);
});
listen("drop", (event) => {
  dragging(false);
  if (!brings(event)) return;
  event.preventDefault();
  hang(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  const { files } = event.clipboardData;
  if (!files.length) return;
  event.preventDefault();
  hang(files);
});
