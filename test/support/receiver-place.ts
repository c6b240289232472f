/** An address of its own at the receiver that the tests in workerd share. */
import { inject } from "vitest";
import type { LedgerLine } from "./ledger-receiver.ts";

let places = 0;

/** @param answers as ledger-receiver.ts plays them */
export function receiverPlace(answers = "200") {
  const receiver = inject("receiverUrl");
  const name = `place-${Date.now()}-${++places}`;
  return {
    url: `${receiver}/${name}?answers=${answers}`,
    /** What was accepted here so far. */
    received: async (): Promise<LedgerLine[]> => (await fetch(`${receiver}/ledger?name=${name}`)).json(),
  };
}
