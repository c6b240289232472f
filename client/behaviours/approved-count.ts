/** `[data-decisions]`: a form of decisions, whose `[data-approved]` counts the ones that approve as they are chosen. */
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
  const form = target.form;
  const count = form?.querySelector("[data-approved]");
  if (!form || !count || form.dataset["decisions"] === undefined) return;
  const chosen = [...form.elements].filter((each) => each instanceof HTMLInputElement && each.checked);
  count.textContent = String(chosen.filter((each) => (each as HTMLInputElement).value === "approved").length);
});
