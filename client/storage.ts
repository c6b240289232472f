/**
 * Preferences of this browser. Storage can be full or forbidden: then a preference is simply not kept.
 */
const PREFIX = "runyard-";

export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Null removes it. */
export function writePreference(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Not kept; the page goes on as it is.
  }
}
