/** `[data-decisions]`: a form of decisions, whose `[data-approved]` counts the ones that approve as they are chosen; none is not said. */
function recount(form: HTMLFormElement): void {
  const count = form.querySelector("[data-approved]");
  if (!count || form.dataset["decisions"] === undefined) return;
  const chosen = [...form.elements].filter((each) => each instanceof HTMLInputElement && each.checked);
  const approved = chosen.filter((each) => (each as HTMLInputElement).value === "approved").length;
  count.textContent = approved === 0 ? "" : String(approved);
}

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === "radio" && target.form) recount(target.form);
});

// One of them may have come anew.
document.addEventListener("htmx:after:swap", () => {
  const form = document.querySelector("form[data-decisions]");
  if (form instanceof HTMLFormElement) recount(form);
});
