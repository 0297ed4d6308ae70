// Takes a picture that is lost off the easel; Gradio hands over `element`, `trigger` and `watch`.

watch("value", () => {
  const notice = element.querySelector("[data-lost]");
  if (notice) trigger("submit", { lost: notice.dataset.lost });
});
