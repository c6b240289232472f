/** What is in every provider key that a test saves, and how it would look where it must not be. Knows of no platform. */

/** So much of a secret must not be found anywhere: far more than anybody could guess the rest from. */
const WINDOW = 12;

/** No part of it is found by chance. */
export const CANARY = "q7Zx2Lm9Rt5KvW3cYp8N";

let isSown = false;

/** Whether a key was made since {@link beginWithout}. */
export const isPlanted = () => isSown;

/** Files of tests may share this module. */
export function beginWithout(): void {
  isSown = false;
}

/** @param name tells keys of one test apart; it ends the key, and what is shown of a key is its end */
export function canaryKey(name: string): string {
  isSown = true;
  return `sk-${CANARY}-${name}`;
}

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/** Every window of a secret, as it is and as it would look encoded. Base64 has three ways, by where it begins. */
export function* tracesOf(secret: string): Generator<string> {
  for (let start = 0; start + WINDOW <= secret.length; start++) {
    const part = secret.slice(start, start + WINDOW);
    const bytes = new TextEncoder().encode(part);
    yield part;
    yield [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (encodeURIComponent(part) !== part) yield encodeURIComponent(part);
    for (let shift = 0; shift < 3; shift++) {
      const encoded = btoa("\0".repeat(shift) + latin1(bytes));
      // Only what depends on nothing around the part.
      const sure = encoded.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + WINDOW) * 8) / 6));
      yield sure;
      yield sure.replaceAll("+", "-").replaceAll("/", "_");
    }
  }
}
