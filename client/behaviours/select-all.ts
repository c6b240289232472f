/**
 * `[data-select-all]`: an address that is read only is selected whole when it gets the focus.
 */
document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLInputElement && target.matches("[data-select-all]")) target.select();
});
