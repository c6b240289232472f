/**
 * `input[type=file][data-max-bytes]`: says at once that a chosen or dropped file is too large, before it is sent.
 */
import { formatBytes } from "../../worker/views/format.ts";

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.type !== "file") return;
  const maxBytes = Number(target.dataset["maxBytes"] ?? Number.POSITIVE_INFINITY);
  const size = target.files?.[0]?.size ?? 0;
  const complaint = `The file has ${formatBytes(size)}; at most ${formatBytes(maxBytes)} are taken.`;
  target.setCustomValidity(size > maxBytes ? complaint : "");
  target.reportValidity();
});
