/** The receipt of a program that has just run, for whatever kind of run it did. */
import { sha256Hex } from "../../worker/digest.ts";
import type { Program } from "../../worker/domain/program.ts";
import { hashedCode, type Receipt, type ReceiptCheck } from "../../worker/domain/receipt.ts";
import type { GuestResult } from "../../worker/sandbox/engine.ts";

export async function receiptOf(
  files: Program["files"],
  { outcome, usage, journal }: GuestResult,
  { check = null, isMock = false }: { readonly check?: ReceiptCheck | null; readonly isMock?: boolean } = {},
): Promise<Receipt> {
  return {
    codeSha256: await sha256Hex(hashedCode(files)),
    ...{ check, engine: journal.engine, result: outcome.kind, fuel: usage.fuel },
    label: isMock ? "mock" : "verified",
  };
}
