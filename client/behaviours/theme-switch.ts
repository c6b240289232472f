/**
 * `[data-theme-choice]`: auto, light or dark, kept in this browser. theme.ts applies it before the next page paints.
 */
import { readPreference, writePreference } from "../storage.ts";

function show(theme: string): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === theme));
  }
}

document.addEventListener("click", (event) => {
  const theme = (event.target as Element).closest<HTMLElement>("[data-theme-choice]")?.dataset["themeChoice"];
  if (theme === undefined) return;
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  writePreference("theme", theme === "auto" ? null : theme);
  show(theme);
});

show(readPreference("theme") ?? "auto");
