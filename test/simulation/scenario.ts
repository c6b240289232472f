/**
 * What happens from outside in one case: runs, what people do to them, and what befalls the machines. All of it follows
 * from the seed; each part has a name by which it can be taken away when a failure is made smaller.
 */
import { RECOVERY_DELAY_MS } from "../../durable-objects/wake-up.ts";
import { PRIORITIES, type Priority, personLane, repositoryLane } from "../../worker/domain/lane.ts";
import { DEFAULT_LIMITS } from "../../worker/domain/program.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";
import type { Behaviour } from "./fake-attempts.ts";
import type { Fate } from "./fate.ts";
import type { FaultRates } from "./object-host.ts";
import { WORKSPACE } from "./product.ts";

/** Until then people do things and faults may begin. */
export const STORM_MS = 30_000;
const RUNS_MAX = 6;
const SOON_MS = 5_000;
const OUTSIDE = "https://api.example.com";

export interface RunPlan {
  readonly spec: RunSpec;
  readonly behaviour: Behaviour;
  readonly via: "submit" | "execute";
  /** How long it may wait in its lane; null for ever. */
  readonly waitMaxMs: number | null;
  /** One for each client that sends the same request. */
  readonly sentAt: readonly number[];
  /** How often a client that gets an error sends it again, and after how long. */
  readonly patience: number;
  readonly retryMs: number;
  /** Clients that watch it from its acceptance on. */
  readonly watchers: number;
}

export type Deed =
  | { readonly type: "cancel" | "amend" | "reprioritise" | "describe" | "reproject" | "watch"; readonly runId: string }
  | { readonly type: "hold" | "unhold" | "move"; readonly runId: string; readonly lane: string; readonly to: number }
  | { readonly type: "pause" | "resume"; readonly lane: string };

export type Mishap =
  | { readonly type: "crash" | "supersede" | "ring"; readonly victim: string }
  | { readonly type: "crash-all" }
  | { readonly type: "deploy"; readonly capacity: number }
  | { readonly type: "jump"; readonly ms: number }
  | { readonly type: "d1-outage"; readonly forMs: number }
  | { readonly type: "full-lane"; readonly lane: string; readonly forMs: number };

export interface Timed<T> {
  readonly at: number;
  readonly name: string;
  readonly what: T;
}

export interface Scenario {
  readonly capacity: number;
  readonly isSmart: boolean;
  readonly rates: FaultRates;
  readonly lanes: readonly string[];
  readonly runs: readonly RunPlan[];
  readonly deeds: readonly Timed<Deed>[];
  readonly mishaps: readonly Timed<Mishap>[];
}

export const NO_FAULTS: FaultRates = {
  dropCall: 0,
  loseAnswer: 0,
  doubleCall: 0,
  delay: 0,
  crashBeforeWrite: 0,
  crashAfterWrite: 0,
  crashAtAwait: 0,
  repeatAlarm: 0,
  lateAlarm: 0,
  slowStorage: 0,
  wrongClock: 0,
};

/** Each case has another mix: what never happens in a case cannot hide what else goes wrong there. */
function ratesOf(fate: Fate): FaultRates {
  const some = (name: string, most: number) => fate.pick(`rate of ${name}`, [0, 0, most / 10, most / 3, most]);
  return {
    dropCall: some("drop", 0.2),
    loseAnswer: some("lose", 0.2),
    doubleCall: some("double", 0.2),
    delay: some("delay", 0.15),
    crashBeforeWrite: some("crash before", 0.06),
    crashAfterWrite: some("crash after", 0.1),
    crashAtAwait: some("crash at await", 0.06),
    repeatAlarm: some("repeat", 0.2),
    lateAlarm: some("late", 0.3),
    slowStorage: some("slow", 0.3),
    wrongClock: some("clock", 0.6),
  };
}

function specOf(fate: Fate, id: string, lanes: readonly string[]): RunSpec {
  const lane = fate.pick("lane", lanes);
  const fixed = {
    id,
    workspaceId: WORKSPACE,
    title: id,
    lane,
    priority: fate.pick<Priority>("priority", PRIORITIES),
    createdBy: "usr_1",
    retryOf: null,
    expiresAt: null,
  };
  const isIssue = lane.startsWith("repository:") && fate.chance("is issue", 0.5);
  if (isIssue) {
    const issue = { source: "jira" as const, key: id, title: id, url: null, type: "bug", labels: [], updatedAt: null };
    return { ...fixed, kind: "issue", issue };
  }
  const isRepeatable = fate.chance("is repeatable", 0.7);
  return {
    ...{ ...fixed, kind: "execution", seed: "s", limits: DEFAULT_LIMITS },
    grants: { fetch: isRepeatable ? [] : [OUTSIDE] },
    program: { language: "javascript", entry: "main.js", files: { "main.js": `// ${id}\n` }, stdin: "", args: [] },
  };
}

function runOf(fate: Fate, index: number, lanes: readonly string[]): RunPlan {
  const at = fate.pick("rush", [0, STORM_MS / 2]) * fate.number("sent at");
  const again = fate.chance("is sent twice", 0.5) ? [at + fate.pick("apart", [0, 2, 10, 500, 3_000])] : [];
  return {
    spec: specOf(fate, `run_${index}`, lanes),
    via: fate.pick("via", ["submit", "submit", "execute"]),
    waitMaxMs: fate.pick("may wait", [null, null, 1_000, 8_000]),
    sentAt: [at, ...again],
    patience: fate.pick("patience", [0, 1, 5]),
    // The last one: when a lane asks for a run whose answer was lost.
    retryMs: fate.pick("retry after", [1, 20, 1_500, RECOVERY_DELAY_MS - 2]),
    watchers: fate.pick("watchers", [0, 1]),
    behaviour: {
      lines: fate.between("lines", 0, 5),
      gapMs: fate.pick("gap", [0, 1, 20, 400, 1_500]),
      ending: fate.pick("ending", ["completes", "completes", "completes", "throws", "out of time", "engine fails"]),
      strayLines: fate.pick("stray", [0, 0, 2]),
      deafMs: fate.pick("deaf", [0, 0, 600]),
    },
  };
}

function deedOf(fate: Fate, runs: readonly RunPlan[]): Deed {
  const { id: runId, lane } = fate.pick("whose", runs).spec;
  const type = fate.pick("deed", [
    ...(["cancel", "amend", "reprioritise", "describe", "reproject", "watch"] as const),
    ...(["hold", "unhold", "move", "pause", "resume"] as const),
  ]);
  switch (type) {
    case "hold":
    case "unhold":
    case "move":
      return { type, runId, lane, to: fate.between("to", 1, 3) };
    case "pause":
    case "resume":
      return { type, lane };
    default:
      return { type, runId };
  }
}

const MISHAPS = [
  "crash",
  "crash",
  "supersede",
  "ring",
  "crash-all",
  "deploy",
  "jump",
  "d1-outage",
  "full-lane",
] as const;

function mishapOf(fate: Fate, lanes: readonly string[], victims: readonly string[]): Mishap {
  const type = fate.pick("mishap", MISHAPS);
  switch (type) {
    case "crash":
    case "supersede":
    case "ring":
      return { type, victim: fate.pick("victim", victims) };
    case "crash-all":
      return { type };
    case "deploy":
      return { type, capacity: fate.between("new capacity", 1, 4) };
    case "jump":
      return { type, ms: fate.pick("jump", [-600_000, -20_000, -3_000, 3_000, 20_000, 600_000]) };
    case "d1-outage":
      return { type, forMs: fate.between("outage", 100, 20_000) };
    case "full-lane":
      return { type, lane: fate.pick("full", lanes), forMs: fate.between("full for", 100, 10_000) };
  }
}

/** Half of all happens soon after a run was sent, when there is most to disturb. */
function instantOf(fate: Fate, what: string, runs: readonly RunPlan[]): number {
  const isSoon = fate.chance(`${what} soon`, 0.5);
  const sentAt = fate.pick(`${what} after`, runs).sentAt[0]!;
  const chance = fate.number(`${what} at`);
  return isSoon ? sentAt + chance ** 2 * SOON_MS : chance * STORM_MS;
}

function times<T>(fate: Fate, what: string, count: number, runs: readonly RunPlan[], of: () => T): Timed<T>[] {
  return Array.from({ length: count }, (_, index) => ({
    at: instantOf(fate, what, runs),
    name: `${what} ${index + 1}`,
    what: of(),
  }));
}

export function scenarioOf(
  fate: Fate,
  victimsOf: (runs: readonly RunPlan[], lanes: readonly string[]) => string[],
): Scenario {
  const repositories = ["a", "b", "c"].slice(0, fate.between("repositories", 1, 3)).map(repositoryLane);
  const lanes = fate.chance("has a person's lane", 0.5) ? [...repositories, personLane("usr_1")] : repositories;
  const runs = Array.from({ length: fate.between("runs", 2, RUNS_MAX) }, (_, index) => runOf(fate, index + 1, lanes));
  const victims = victimsOf(runs, lanes);
  return {
    capacity: fate.pick("capacity", [1, 1, 2, 3, 100]),
    isSmart: fate.chance("is smart", 0.8),
    rates: ratesOf(fate),
    lanes,
    runs,
    deeds: times(fate, "deed", fate.between("deeds", 0, 10), runs, () => deedOf(fate, runs)),
    mishaps: times(fate, "mishap", fate.between("mishaps", 0, 6), runs, () => mishapOf(fate, lanes, victims)),
  };
}
