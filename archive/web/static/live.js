// What htmx leaves to the page: nobody is left with a list that silently did not change.

// An answer without the part that was asked for (a log-in page, say) is shown whole.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const part = tasks.find((task) => task.type === "main");
  if (ctx.select && part && part.fragment.childElementCount === 0) {
    event.preventDefault();
    location.assign(ctx.response.raw.url);
  }
});

// No answer at all: the form is sent as it would be without a script, and the browser says what is wrong.
document.addEventListener("htmx:error", (event) => {
  const source = event.detail.ctx?.sourceElement;
  if (source instanceof HTMLFormElement) source.submit();
});
