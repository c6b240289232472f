/** Bugs to be planted in the product, one at a time: a simulation that does not notice one would not in earnest either. */
import { LEAVE_MUTANTS } from "./leave-mutants.ts";
import type { Mutant } from "./mutant.ts";

const LANE = "durable-objects/run-queue/lane.ts";
const LANE_STORAGE = "durable-objects/run-queue/storage.ts";
const RUN = "durable-objects/run-executor/run-core.ts";
const LISTING = "durable-objects/run-executor/listing.ts";
const RUN_STORAGE = "durable-objects/run-executor/storage.ts";
const OUTPUT = "durable-objects/run-executor/output-log.ts";
const CAPACITY = "durable-objects/workspace-capacity/capacity.ts";
const WAKE_UP = "durable-objects/wake-up.ts";
const QUEUE_STATE = "worker/domain/queue-state.ts";
const CAPACITY_STATE = "worker/domain/capacity-state.ts";
const RUN_STATE = "worker/domain/run-state.ts";
const RUNS = "worker/store/runs.ts";

export const MUTANTS: readonly Mutant[] = [
  {
    name: "never arm a lane's alarm",
    file: LANE,
    find: "at !== null && !wakeUp.isSetBy(at);",
    replace: "at === -1;",
  },
  {
    name: "arm a lane's alarm behind what needs it",
    file: LANE,
    find: "await wakeUp.by(at);",
    replace: "{ const late = at; void clock.sleep(1).then(() => wakeUp.by(late)); break; }",
  },
  {
    name: "release by the clock, without asking the run",
    file: LANE,
    find: "silent.map((claim) => this.#deliver(claim))",
    replace: "silent.map((claim) => this.release(claim.runId, claim.epoch))",
  },
  {
    name: "let go of an expired run whatever it says",
    file: LANE,
    find: 'if (answer === "ended" && this.#expiring.get(runId) === asked) await',
    replace: "await",
  },
  {
    name: "acknowledge before the lane has committed",
    file: LANE,
    find: "storage.save(result.state, result.writes, address ?? storage.address);",
    replace:
      "{ const kept = result; background(clock.sleep(5).then(() => storage.save(kept.state, kept.writes, address ?? storage.address)).catch(() => {})); }",
  },
  {
    name: "take an unreachable run for an ended one",
    file: LANE,
    find: 'this.#ports.log.warn("a claim could not be delivered", { runId, step: "queue", error });',
    replace: "await this.release(runId, epoch);",
  },
  {
    name: "give an epoch again",
    file: QUEUE_STATE,
    find: "nextEpoch: state.nextEpoch + claims.length,",
    replace: "",
  },
  {
    name: "claim without an allotment",
    file: QUEUE_STATE,
    find: "Math.min(state.concurrency, state.allotment.target) - state.claimed.length",
    replace: "state.concurrency - state.claimed.length",
  },
  {
    name: "claim beyond the lane's concurrency",
    file: QUEUE_STATE,
    find: "Math.min(state.concurrency, state.allotment.target) - state.claimed.length",
    replace: "state.allotment.target + 1 - state.claimed.length",
  },
  {
    name: "take an allotment of an older revision",
    file: QUEUE_STATE,
    find: "isNewer(event.allotment, state.allotment)",
    replace: "true",
  },
  { name: "claim although the lane is paused", file: QUEUE_STATE, find: "if (state.pause) return next;", replace: "" },
  {
    name: "claim although the run is held",
    file: QUEUE_STATE,
    find: "entry.hold === null && !isExpired(entry, now)",
    replace: "!isExpired(entry, now)",
  },
  {
    name: "forget in memory alone that a waiting run has left",
    file: QUEUE_STATE,
    find: 'changed({ ...state, waiting: without(state.waiting, runId) }, [{ type: "delete", runId }], now)',
    replace: "changed({ ...state, waiting: without(state.waiting, runId) }, [], now)",
  },
  {
    name: "keep claims in memory alone",
    file: QUEUE_STATE,
    find: 'writes: [...writes, ...claims.map((entry) => ({ type: "put" as const, entry }))],',
    replace: "writes,",
  },
  {
    name: "never give slots back to the workspace",
    file: QUEUE_STATE,
    find: "return kept === slots ? state :",
    replace: "return kept <= slots ? state :",
  },
  {
    name: "put every run at the end of the line",
    file: QUEUE_STATE,
    find: "return [...waiting.slice(0, low), entry, ...waiting.slice(low)];",
    replace: "return [...waiting, entry];",
  },
  {
    name: "let a run join twice",
    file: QUEUE_STATE,
    find: "if (state.waiting.some(known)) return unchanged(state);",
    replace: "",
  },
  {
    name: "let a run join that has a slot",
    file: QUEUE_STATE,
    find: "if (claim) return renewClaim(state, claim);",
    replace: "",
  },
  {
    name: "lose the lane's numbers in a restart",
    file: LANE_STORAGE,
    find: "const row: LaneRow = { ...rest, address };",
    replace: "const row: LaneRow = { ...rest, nextEpoch: 1, address };",
  },
  {
    name: "believe a report that has crossed a newer allotment",
    file: CAPACITY_STATE,
    find: "allotment.revision === known.revision ? Math.min(known.slots, allotment.slots) : known.slots",
    replace: "Math.min(known.slots, allotment.slots)",
  },
  {
    name: "give away more than the capacity",
    file: CAPACITY_STATE,
    find: "let free = Math.max(0, state.capacity - held);",
    replace: "let free = state.capacity;",
  },
  {
    name: "change an allotment under its old revision",
    file: CAPACITY_STATE,
    find: "revision: each.revision + (isNew ? 1 : 0)",
    replace: "revision: each.revision",
  },
  {
    name: "take slots back without asking the lane",
    file: CAPACITY_STATE,
    find: "return { ...each, slots, target: isTight ? Math.min(slots, fair) : slots };",
    replace: "const kept = isTight ? Math.min(slots, fair) : slots; return { ...each, slots: kept, target: kept };",
  },
  {
    name: "believe after a restart that the workspace knows all",
    file: LANE,
    find: "this.#reported === undefined || news",
    replace: "news",
  },
  {
    name: "tell a share before it is stored",
    file: CAPACITY,
    find: "if (changes.length > 0) this.#ports.storage.save(changes);",
    replace: "",
  },
  {
    name: "ask lanes for surplus once alone",
    file: CAPACITY,
    find: "if (isContended(this.#state)) await this.#ports.wakeUp.within(RECOVERY_DELAY_MS);",
    replace: "",
  },
  {
    name: "believe a claim of before the run was forgotten",
    file: RUN,
    find: "(claimsFrom === null || epoch < claimsFrom)",
    replace: "false",
  },
  {
    name: "let go of a run that has joined again",
    file: QUEUE_STATE,
    find: "epoch !== null || !state.waiting",
    replace: "!state.waiting",
  },
  {
    name: "start an ended run again",
    file: RUN_STATE,
    find: 'if (state.name !== "queued") return unchanged(state);',
    replace: "",
  },
  {
    name: "resume a run that is not repeatable",
    file: RUN_STATE,
    find: "if (interrupted && !isRepeatable) {",
    replace: "if (interrupted && isRepeatable && !isRepeatable) {",
  },
  {
    name: "drop the attempt fence on output",
    file: RUN,
    find: 'return state.name === "running" && state.attempt === attempt;',
    replace: "return true;",
  },
  {
    name: "let go of the lane without an alarm for what is owed",
    file: RUN,
    find: "isWell = false;\n      await wakeUp.within(RECOVERY_DELAY_MS);",
    replace: "isWell = false;",
  },
  {
    name: "tell the lane of an end that is not listed yet",
    file: RUN,
    find: 'if (this.#owed().some((work) => work !== "release")) await this.#ports.wakeUp.within(RECOVERY_DELAY_MS);',
    replace: "",
  },
  {
    name: "promise a run before its lane has it",
    file: RUN,
    find: "if (await this.#join()) {",
    replace: "void this.#join().catch(() => {}); if (spec) {",
  },
  {
    name: "disarm the alarm although something is owed",
    file: RUN,
    find: "if (isDone && !this.#ports.audience.hibernate) await wakeUp.disarm();",
    replace: "await wakeUp.disarm();",
  },
  {
    name: "note a copy as written before it is",
    file: LISTING,
    find: "run.progress.projectedVersion >= run.version) return;",
    replace:
      "run.progress.projectedVersion >= run.version) return;\n    storage.note({ projectedVersion: run.version });",
  },
  {
    name: "drive twice at once",
    file: RUN,
    find: "this.#driving ??= this.#drive()",
    replace: "this.#driving = this.#drive()",
  },
  {
    name: "show a client what is not stored yet",
    file: RUN,
    find: "published = events.append(bodies, now);\n    });\n    audience.publish(published);",
    replace: "published = events.append(bodies, now);\n      audience.publish(published);\n    });",
  },
  {
    name: "list an end before its output",
    file: RUNS,
    find: "  const answers = await db.$client.batch",
    replace: "  await upsert.run();\n  const answers = await db.$client.batch",
  },
  {
    name: "change a run under its old version",
    file: RUN_STORAGE,
    find: 'const version = run.version + 1;\n    this.#storage.sql.exec("UPDATE run SET state',
    replace: 'const version = run.version;\n    this.#storage.sql.exec("UPDATE run SET state',
  },
  {
    name: "write a copy without a look at its version",
    file: RUNS,
    find: "setWhere: sql`excluded.version > ",
    replace: "setWhere: sql`0 <= ",
  },
  {
    name: "number the stream anew after a restart",
    file: OUTPUT,
    find: "this.#lastSeq = row?.seq ?? 0;",
    replace: "this.#lastSeq = Math.min(row?.seq ?? 0, 2);",
  },
  {
    name: "send a client again what it has seen",
    file: OUTPUT,
    find: "chunkBehind(chunkOf(row.first_seq, row.last_seq, row.events), after)",
    replace: "chunkBehind(chunkOf(row.first_seq, row.last_seq, row.events), 0)",
  },
  {
    name: "believe in an alarm that was never set",
    file: WAKE_UP,
    find: "await this.#storage.setAlarm(instant);",
    replace: "",
  },
  {
    name: "believe in an alarm that has rung",
    file: WAKE_UP,
    find: "/** The alarm rang: it is spent. */\n  rang(): void {\n    this.#at = null;",
    replace: "rang(): void {",
  },
  ...LEAVE_MUTANTS,
];
