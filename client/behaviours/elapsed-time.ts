/**
 * `[data-since]`: the time since an instant, counted up every second while the page is seen.
 */
import { formatDuration } from "../../worker/views/format.ts";

function tick(): void {
  if (document.hidden) return;
  for (const element of document.querySelectorAll<HTMLElement>("[data-since]")) {
    const ms = Date.now() - Date.parse(element.dataset["since"] ?? "");
    // Whole seconds: a running hundredth would only flicker. A clock that is behind ours shows no negative time.
    if (Number.isFinite(ms)) element.textContent = formatElapsed(Math.max(0, ms));
  }
}

function formatElapsed(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1_000)} s` : formatDuration(ms);
}

tick();
setInterval(tick, 1_000);
// A swapped fragment brings the empty text again; fill it before it is painted.
document.addEventListener("htmx:before:settle", tick);
document.addEventListener("visibilitychange", tick);
