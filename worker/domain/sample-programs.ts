/**
 * The programs that fill the sample workspace. Nothing about their runs is made up: each is really started, and ends as
 * its program and its limits make it end.
 */
import type { Language } from "./languages.ts";
import { DEFAULT_LIMITS, LIMIT_RANGES, type Limits } from "./program.ts";

export interface SampleProgram {
  readonly slug: string;
  readonly language: Language;
  readonly code: string;
  readonly limits: Limits;
  /** A lane of its own shows how runs of one repository wait for each other. */
  readonly lane?: string;
  /** Cancelled right after its start. */
  readonly isCancelled?: true;
}

/** Idempotency keys of sample runs begin with this: it keeps them from starting twice, and tells them from others. */
export const SAMPLE_KEY_PREFIX = "sample:";

const REPOSITORY_LANE = "repository:sample-web";

const NIGHTLY_IMPORT = `// Nightly import: a few minutes of batches to watch
const sources = ["orders", "customers", "invoices", "tickets", "events", "sessions"];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let rows = 0;
for (let batch = 1; batch <= 340; batch++) {
  const source = sources[batch % sources.length];
  const size = 40 + ((batch * 37) % 60);
  rows += size;
  console.log(\`batch \${String(batch).padStart(3)}  \${source.padEnd(10)} \${String(size).padStart(3)} rows  \${rows} in total\`);
  if (batch % 50 === 0) console.warn(\`checkpoint after \${batch} batches\`);
  await pause(800);
}
export default { batches: 340, rows };
`;

const DEPLOY_CHECK = `// Deploy check: waits while the import holds the repository
const checks = ["types", "lint", "unit tests", "bundle size"];
for (const check of checks) console.log(\`\${check}: ok\`);
export default checks.length;
`;

const CHANGELOG = `// Writes a changelog from commit messages
const commits = ["fix: keep the order of lines", "feat: resume a stream", "fix: name the wrong field", "docs: limits"];
const groups = Map.groupBy(commits, (commit) => commit.split(":")[0]);
for (const [kind, entries] of groups) console.log(\`\${kind}\\n\${entries.map((entry) => "  - " + entry.split(": ")[1]).join("\\n")}\`);
export default Object.fromEntries([...groups].map(([kind, entries]) => [kind, entries.length]));
`;

const PRIMES = `// Counts the primes below 200,000 with a sieve
const limit = 200_000;
const composite = new Uint8Array(limit);
let count = 0;
for (let n = 2; n < limit; n++) {
  if (composite[n]) continue;
  count++;
  for (let multiple = n * n; multiple < limit; multiple += n) composite[multiple] = 1;
}
console.log(\`\${count} primes below \${limit}\`);
export default count;
`;

const INVOICE = `// Adds up invoices; one of them has no amount
interface Invoice { id: string; amount?: { cents: number } }
const invoices: Invoice[] = [{ id: "A-1", amount: { cents: 1250 } }, { id: "A-2" }];
let total = 0;
for (const invoice of invoices) {
  console.log(\`adding \${invoice.id}\`);
  total += invoice.amount!.cents;
}
export default total;
`;

const TYPO = `// Sorts names; a bracket is missing
const names = ["Ana", "Bo", "Cy"];
console.log(names.sort(
export default names;
`;

const WRONG_IMPORT = `// Formats a date with a package that the sandbox does not have
import { format } from "date-fns";
console.log(format(new Date(0), "yyyy-MM-dd"));
`;

const WORDS = `# Counts words; written in Python
from collections import Counter

text = """the quick brown fox jumps over the lazy dog
the dog sleeps and the fox runs"""
for word, count in Counter(text.split()).most_common(5):
    print(f"{word:<8}{'#' * count}")
len(set(text.split()))
`;

const ENDLESS = `// Searches for a cycle that never comes
let steps = 0;
while (true) {
  steps++;
  if (steps % 3_000_000 === 0) console.log(\`\${steps} steps\`);
}
`;

const HOARDER = `// Collects rows without an end
const rows: string[][] = [];
for (let index = 0; ; index++) rows.push(new Array(1_000).fill("row " + index));
`;

const SLOW_REPORT = `// A report that somebody stopped
for (let page = 1; page <= 100; page++) {
  console.log("page " + page);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}
`;

const sample = (slug: string, code: string, rest: Partial<SampleProgram> = {}): SampleProgram => ({
  slug,
  language: "typescript",
  code,
  limits: DEFAULT_LIMITS,
  ...rest,
});

/** In the order in which they are started: the newest is shown first. */
export const SAMPLE_PROGRAMS: readonly SampleProgram[] = [
  sample("primes", PRIMES),
  sample("invoice", INVOICE),
  sample("typo", TYPO),
  sample("wrong-import", WRONG_IMPORT),
  sample("changelog", CHANGELOG),
  sample("words", WORDS, { language: "python" }),
  sample("endless", ENDLESS, { limits: { ...DEFAULT_LIMITS, timeoutMs: 2_000 } }),
  sample("hoarder", HOARDER, { limits: { ...DEFAULT_LIMITS, memoryBytes: 16 * 2 ** 20 } }),
  sample("slow-report", SLOW_REPORT, { isCancelled: true }),
  sample("nightly-import", NIGHTLY_IMPORT, {
    lane: REPOSITORY_LANE,
    limits: { ...DEFAULT_LIMITS, timeoutMs: LIMIT_RANGES.timeoutMs.max },
  }),
  sample("deploy-check", DEPLOY_CHECK, { lane: REPOSITORY_LANE }),
  sample("deploy-check-2", DEPLOY_CHECK, { lane: REPOSITORY_LANE }),
];
