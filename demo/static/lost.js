// Removes a lost picture from the input; Gradio provides `element`, `trigger` and `watch`.

watch("value", () => {
  const notice = element.querySelector("[data-lost]");
  if (notice) trigger("submit", { lost: notice.dataset.lost });
});
