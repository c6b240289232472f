/** Hashes by the platform's own implementation: a program's `crypto.subtle.digest`. Touches nothing. */
import * as z from "zod";
import { fromBase64, toBase64 } from "../domain/base64.ts";
import { CapabilityError, defineCapability } from "../domain/capability.ts";

const ALGORITHMS = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"] as const;

export const digest = defineCapability({
  name: "digest",
  summary: "Hashes bytes with SHA-1, SHA-256, SHA-384 or SHA-512. Data and digest are base64.",
  input: z.strictObject({ algorithm: z.string().max(50), data: z.base64() }),
  output: z.base64(),
  implementation: async ({ algorithm, data }) => {
    const known = ALGORITHMS.find((name) => name === algorithm);
    if (known === undefined) {
      throw new CapabilityError("NotSupportedError", `"${algorithm}" is not one of ${ALGORITHMS.join(", ")}`);
    }
    return toBase64(new Uint8Array(await crypto.subtle.digest(known, fromBase64(data))));
  },
});
