/**
 * `[data-dialog=id]` opens that dialog; a click on the backdrop closes it.
 */
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-dialog]");
  if (opener) {
    opener.closest<HTMLElement>("[popover]")?.hidePopover();
    const dialog = document.getElementById(opener.dataset["dialog"] ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  } else if (target instanceof HTMLDialogElement) target.close();
});
