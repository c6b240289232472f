/** Bugs in what isolates may do without asking, and in what they tell: each must be noticed in the world of leave. */
import type { Mutant } from "./mutant.ts";

const WORKSPACE_CALLS = "worker/workspace-calls.ts";
const GATE = "durable-objects/budget-ledger/gate.ts";
const CALLS = "durable-objects/budget-ledger/calls.ts";
const EXECUTIONS = "worker/store/executions.ts";
const OUTBOX = "durable-objects/budget-ledger/record-outbox.ts";
const CIRCUIT = "worker/domain/circuit.ts";

const PLANTED: readonly Omit<Mutant, "world">[] = [
  {
    name: "set a cap without waiting for the end of leave",
    file: CALLS,
    find: "if (leftMs > 0) await clock.sleep(leftMs);",
    replace: "",
  },
  {
    name: "give leave while somebody waits to set a cap",
    file: CALLS,
    find: "ledger.hasCaps || this.#recalling > 0",
    replace: "ledger.hasCaps",
  },
  {
    name: "give leave although there is a cap",
    file: CALLS,
    find: "ledger.hasCaps || this.#recalling > 0",
    replace: "this.#recalling > 0",
  },
  {
    name: "forget in a restart that leave was given",
    file: GATE,
    find: "this.#leaveUntil = lastTakenAt + AHEAD_MS;",
    replace: "this.#leaveUntil = 0;",
  },
  {
    name: "believe after a restart that nothing was taken since a bucket was stored",
    file: GATE,
    find: "...[...this.#buckets.values()].map(({ at }) => at)) + BUCKET_SAVED_MS;",
    replace: "...[...this.#buckets.values()].map(({ at }) => at));",
  },
  {
    name: "give leave for nothing",
    file: GATE,
    find: "tokens: bucket.tokens - calls };",
    replace: "tokens: bucket.tokens };",
  },
  {
    name: "give leave while little of the minute is left",
    file: GATE,
    find: "bucket.tokens - calls < perMinute / 2",
    replace: "bucket.tokens - calls < 0",
  },
  {
    name: "give leave by a key with faults",
    file: GATE,
    find: 'const isHealthy = circuit.name === "closed" && circuit.calls.length === 0;',
    replace: 'const isHealthy = circuit.name === "closed";',
  },
  {
    name: "fill a bucket whose limit is changed",
    file: GATE,
    find: "const next = underLimit(bucket, this.#limits[service], limits[service], now);",
    replace: "const next = fullBucket(limits[service], now);",
  },
  {
    name: "store buckets when they are empty alone",
    file: GATE,
    find: "const isPlenty = bucket.tokens >= this.#limits[service] / 2;",
    replace: "const isPlenty = bucket.tokens >= 0;",
  },
  {
    name: "count leave from its answer",
    file: WORKSPACE_CALLS,
    find: "until: askedAt + AHEAD_MS,",
    replace: "until: this.#ports.clock.now() + AHEAD_MS,",
  },
  {
    name: "use leave for as long as there is any",
    file: WORKSPACE_CALLS,
    find: " || this.#ports.clock.now() >= leave.until",
    replace: "",
  },
  {
    name: "use leave without counting",
    file: WORKSPACE_CALLS,
    find: "    leave.left--;\n",
    replace: "",
  },
  {
    name: "use leave for what has a price",
    file: WORKSPACE_CALLS,
    find: "attempt.boundMicros === null ? this.#takeLeave(workspaceId, attempt) : null",
    replace: "this.#takeLeave(workspaceId, attempt)",
  },
  {
    name: "use one key's leave for another",
    file: WORKSPACE_CALLS,
    find: 'leaveKey(workspaceId: string, { address }: Pick<CallAttempt, "address">): string {',
    replace: "leaveKey(workspaceId) { return workspaceId;",
  },
  {
    name: "keep leave after a fault",
    file: WORKSPACE_CALLS,
    find: "this.#leaves.delete(leaveKey(workspaceId, fault));",
    replace: "",
  },
  {
    name: "take leave that was asked for before a fault",
    file: WORKSPACE_CALLS,
    find: "this.#faults === faultsBefore",
    replace: "this.#faults >= faultsBefore",
  },
  {
    name: "drop what is gathered when something is asked",
    file: WORKSPACE_CALLS,
    find: "this.#send(workspaceId, ledger);\n",
    replace: "this.#gathered.delete(workspaceId);\n",
  },
  {
    name: "tell what is gathered twice",
    file: WORKSPACE_CALLS,
    find: "    this.#gathered.delete(workspaceId);\n    const news",
    replace: "    const news",
  },
  {
    name: "tell an object that was reset nothing again",
    file: WORKSPACE_CALLS,
    find: "const afterMs = TOLD_AGAIN_AFTER_MS[failures];",
    replace: "const afterMs = TOLD_AGAIN_AFTER_MS[failures + 2];",
  },
  {
    name: "forget what came of earlier attempts when the object cannot be asked",
    file: WORKSPACE_CALLS,
    find: "if (news.ends.length > 0) this.tell(workspaceId, { ends: news.ends, records: [] });",
    replace: "",
  },
  {
    name: "take a call for live again whose beginning comes late",
    file: EXECUTIONS,
    find: "\n    WHERE excluded.outcome <> 'live'`;",
    replace: "`;",
  },
  {
    name: "forget records that came while others were copied",
    file: OUTBOX,
    find: '"DELETE FROM owed_batches WHERE ordinal <= ?", last.ordinal',
    replace: '"DELETE FROM owed_batches WHERE ordinal <= ?", last.ordinal + 1',
  },
  {
    name: "believe stragglers of before a breaker changed",
    file: CIRCUIT,
    find: 'epoch !== circuit.epoch || circuit.name === "open"',
    replace: 'circuit.name === "open"',
  },
  {
    name: "keep ends in memory alone",
    file: CALLS,
    find: "for (const end of ends) await this.#settle(end);",
    replace: "",
  },
  {
    name: "admit an unpriced call under a cap",
    file: CALLS,
    find: 'if (refusal) return { type: "over-budget", refusal };',
    replace: "",
  },
];

export const LEAVE_MUTANTS: readonly Mutant[] = PLANTED.map((mutant) => ({ ...mutant, world: "leave" }));
