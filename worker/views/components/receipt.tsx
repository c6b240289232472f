/** What is on record about a program that ran: its hash, what checked it, and what it came to. */
import type { Receipt } from "../../domain/receipt.ts";
import { formatCount } from "../format.ts";

const RESULT_WORDS: Readonly<Record<Receipt["result"], string>> = {
  completed: "ran to its end",
  threw: "threw an error",
  limit: "reached a limit",
  cancelled: "was stopped",
};

function checkWord(check: Receipt["check"]): string {
  if (check === null) return "was not asked for";
  if (check.by === null) return "was not made";
  return `${check.result === "passed" ? "passed" : "failed"}, by ${check.by}`;
}

export function ReceiptFacts({ receipt }: { readonly receipt: Receipt }) {
  const { label, result, check, fuel, engine, codeSha256 } = receipt;
  const facts = [
    ["Program", RESULT_WORDS[result]],
    ["Type check", checkWord(check)],
    ["Fuel", formatCount(fuel)],
  ] as const;
  return (
    <section class="panel receipt" aria-labelledby="receipt-title">
      <h2 id="receipt-title">
        Receipt {label === "mock" ? <span class="mark mark-mock">Mock</span> : <span class="mark">Verified</span>}
      </h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Engine</dt>
          <dd>
            <code>{engine}</code>
          </dd>
        </div>
        <div>
          <dt>SHA-256 of the code</dt>
          <dd>
            <code class="run-id">{codeSha256}</code>
          </dd>
        </div>
      </dl>
    </section>
  );
}
