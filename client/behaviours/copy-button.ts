/**
 * `[data-copy]`: copies its value, or the text of the element that `data-copy-from` names.
 */
import { copyText, flashLabel } from "../clipboard.ts";

document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset["copyFrom"] ?? "");
  const isCopied = await copyText(button.dataset["copy"] || (source?.innerText ?? ""));
  flashLabel(button, "[data-copy-label]", isCopied ? "Copied" : "Not allowed");
});
