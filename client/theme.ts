/**
 * Sets the chosen theme before the first paint. Loaded as a small blocking script, so that a dark page never flashes
 * white. The switch itself lives in theme-switch.ts and shares the storage key.
 */
try {
  const theme = localStorage.getItem("runyard-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be forbidden; the system's own theme then holds.
}
document.documentElement.classList.add("has-script");
