/**
 * What is on record about the program that a run has executed: which code it was, what checked it, and what it came to.
 * Invariant: made of what ran, never of what a model says; the same program with the same journal gives the same receipt.
 */
import * as z from "zod";

export const RECEIPT_CHECKS = ["passed", "failed", "not-checked"] as const;

export const receiptSchema = z.strictObject({
  /** SHA-256 of all files: their names and texts in the order of the names, as JSON. */
  codeSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Null for a program that nobody asked to have checked. */
  check: z
    .strictObject({
      /** The checker with its version; null where it could not be asked. */
      by: z.string().nullable(),
      result: z.enum(RECEIPT_CHECKS),
    })
    .nullable(),
  /** The engine with its version. */
  engine: z.string(),
  result: z.enum(["completed", "threw", "limit", "cancelled"]),
  fuel: z.number(),
  /** `verified`: it really ran. `mock`: that, too, but what it does was written by the built-in provider's rules. */
  label: z.enum(["verified", "mock"]),
});
export type Receipt = z.output<typeof receiptSchema>;
export type ReceiptCheck = NonNullable<Receipt["check"]>;

/** What is hashed of a program. */
export function hashedCode(files: Readonly<Record<string, string>>): string {
  const names = Object.keys(files).toSorted();
  return JSON.stringify(names.map((name) => [name, files[name]]));
}
