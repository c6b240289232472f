/**
 * Takes the program's result over the border. The text comes from the guest, so it may be anything: it is measured before
 * it is parsed, and what comes out is data only. Keys named `__proto__` become properties like any other.
 * The rules for values without a counterpart in JSON are those of `prelude/result.ts`, which writes the text.
 */
import type { JsonValue } from "../../domain/guest-outcome.ts";
import { RESULT_BYTES, RESULT_DEPTH } from "./limits.ts";

export type ReadResult =
  | { readonly kind: "value"; readonly value: JsonValue | undefined }
  | { readonly kind: "too-large" };

/** A text that is not what the prelude writes counts as no result. */
export function readResult(text: string | null): ReadResult {
  if (text === null || text === "undefined") return { kind: "value", value: undefined };
  if (text === "too-large" || exceedsBytes(text, RESULT_BYTES)) return { kind: "too-large" };
  if (nesting(text) > RESULT_DEPTH) return { kind: "value", value: undefined };
  try {
    return { kind: "value", value: JSON.parse(text) as JsonValue };
  } catch {
    return { kind: "value", value: undefined };
  }
}

function exceedsBytes(text: string, bytes: number): boolean {
  return text.length > bytes || (text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes);
}

/** The deepest nesting of arrays and objects, brackets in strings left out. */
function nesting(json: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return deepest;
}
