/**
 * `[data-check-all="NAME"]`: a checkbox that checks or clears all checkboxes of that name.
 */
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  const name = target.dataset["checkAll"];
  if (name === undefined) return;
  for (const box of document.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${CSS.escape(name)}"]`)) {
    box.checked = target.checked;
  }
});
