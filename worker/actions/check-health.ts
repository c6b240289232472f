/**
 * Finds out how the parts of the installation are. Owns the list of checks: a new part is a new row. Each check is
 * bounded in time, and what it found is kept for some seconds, so that nobody can make the checks themselves the load.
 */
import type { Dependencies } from "../dependencies.ts";
import { type CircuitView, OPERATOR_KEY_ID } from "../domain/call-limits.ts";
import { type BreakerHealth, type Health, type HealthState, overall, type PartHealth } from "../domain/health.ts";
import { toIso } from "../domain/instant.ts";
import { receiverName } from "../domain/webhook-endpoint.ts";
import { touchDatabase } from "../store/database.ts";
import { listEndpoints } from "../store/webhooks.ts";
import { lookAtQueue, type SeenLane } from "./look-at-queue.ts";

interface Check {
  readonly part: string;
  /** What it is for the whole when this part fails. */
  readonly failure: Exclude<HealthState, "ok">;
  /** So long a finding is not asked for again. */
  readonly freshMs: number;
  readonly patienceMs: number;
  /** Whether the answer differs from one workspace to the next. */
  readonly isOfWorkspace: boolean;
  look(dependencies: Dependencies, workspaceId: string): Promise<Finding>;
}

interface Finding {
  readonly status: HealthState;
  readonly detail: string;
  readonly breakers?: readonly BreakerHealth[];
}

const PATIENCE_MS = 2_000;
const FRESH_MS = 5_000;
/** An object that belongs to no run: it is asked for what any run's object can do. */
const PROBE = "health";

const ok = (detail: string): Finding => ({ status: "ok", detail });

const DATABASE: Check = {
  ...{ part: "database", failure: "down", freshMs: FRESH_MS, patienceMs: PATIENCE_MS, isOfWorkspace: false },
  look: async ({ db }) => {
    await touchDatabase(db);
    return ok("D1 answers a read.");
  },
};

const OBJECTS: Check = {
  ...{ part: "objects", failure: "down", freshMs: FRESH_MS, patienceMs: PATIENCE_MS, isOfWorkspace: false },
  look: async ({ executor }) => {
    await executor(PROBE).describe();
    return ok("An object answers from its storage.");
  },
};

const LANES: Check = {
  ...{ part: "lanes", failure: "degraded", freshMs: FRESH_MS, patienceMs: PATIENCE_MS * 2, isOfWorkspace: true },
  look: async (dependencies, workspaceId) => {
    const { lanes, silentLanes } = await lookAtQueue(dependencies, workspaceId, { waitingMax: 0 });
    return lanesFinding(lanes, silentLanes, dependencies.clock.now());
  },
};

const ENGINE_PATIENCE_MS = 5_000;

/** @param freshMs a trial of Python costs an isolate of its own */
function engineCheck(engine: "javascript" | "python", name: string, freshMs: number): Check {
  return {
    ...{ part: `engine-${engine}`, failure: "degraded", freshMs, patienceMs: ENGINE_PATIENCE_MS, isOfWorkspace: false },
    look: async ({ executor }) => {
      await executor(PROBE).tryEngine(engine, ENGINE_PATIENCE_MS);
      return ok(`A program of ${name} ran and came out right.`);
    },
  };
}

const CHECKER: Check = {
  ...{
    part: "type-checker",
    failure: "degraded",
    freshMs: 60_000,
    patienceMs: ENGINE_PATIENCE_MS,
    isOfWorkspace: false,
  },
  look: async ({ checker }) => {
    const files = { "trial.ts": "export const answer: string = 42;" };
    const check = await checker.check({ files, entry: "trial.ts", declarations: "" });
    if (check.kind === "not-checked") return { status: "degraded", detail: check.message };
    if (check.diagnostics.length === 1) return ok("A program with a type error was checked, and the error was found.");
    throw new Error(`the checker found ${check.diagnostics.length} errors in a program with one`);
  },
};

/** Deliveries of a look; what lies behind them is older still. */
const DELIVERIES_SEEN = 50;
/** A delivery that is not looked at is looked at again within seconds. */
const LATE_MS = 60_000;

const DELIVERIES_IN: Check = {
  ...{ part: "deliveries-in", failure: "degraded", freshMs: FRESH_MS, patienceMs: PATIENCE_MS, isOfWorkspace: true },
  look: async ({ inbox, clock }, workspaceId) => {
    const page = { before: null, limit: DELIVERIES_SEEN };
    const { deliveries, nextBefore } = await inbox(workspaceId).list({ status: "received" }, page);
    const late = deliveries.filter(({ receivedAt }) => clock.now() - Date.parse(receivedAt) > LATE_MS).length;
    const more = nextBefore === null ? "" : " or more";
    if (late > 0) return { status: "degraded", detail: `${late}${more} have not been looked at for over a minute.` };
    return ok(`The inbox answers; ${deliveries.length}${more} are still to be looked at.`);
  },
};

const DELIVERIES_OUT: Check = {
  ...{ part: "deliveries-out", failure: "degraded", freshMs: FRESH_MS, patienceMs: PATIENCE_MS, isOfWorkspace: true },
  look: async ({ db, clock }, workspaceId) => {
    const endpoints = await listEndpoints(db, workspaceId, clock.now());
    // One that a person has switched off is as it should be.
    const lost = endpoints.filter(({ disabled }) => disabled && disabled.reason !== "person");
    if (lost.length > 0) {
      return {
        status: "degraded",
        detail: `Switched off, because they did not answer: ${list(lost.map(({ url }) => receiverName(url)))}.`,
      };
    }
    return ok(`Endpoints: ${endpoints.filter(({ enabled }) => enabled).length} are sent to.`);
  },
};

const MODELS: Check = {
  ...{ part: "models", failure: "degraded", freshMs: FRESH_MS, patienceMs: PATIENCE_MS, isOfWorkspace: true },
  look: async ({ budget, clock, config }, workspaceId) => {
    const { circuits } = await budget(workspaceId).describeGate();
    const breakers = circuits.map(toBreaker);
    const own = config.provider?.choice.provider;
    // One that has seen no fault is not kept, and is closed.
    if (own && !breakers.some(({ key }) => key === "server"))
      breakers.push({ provider: own, key: "server", state: "closed", since: null, until: null });
    return modelsFinding(breakers, clock.now());
  },
};

function toBreaker({ service, keyId, state, until, changes: [latest] }: CircuitView): BreakerHealth {
  const key = keyId === OPERATOR_KEY_ID ? "server" : "workspace";
  return { provider: service, key, state, since: latest?.at ?? null, until };
}

function modelsFinding(breakers: readonly BreakerHealth[], now: number): Finding {
  // One whose time is up lets the next call through, and nobody knows better before that.
  const shut = breakers.filter(({ until }) => until !== null && Date.parse(until) > now).length;
  if (shut > 0)
    return {
      status: "degraded",
      detail: `${shut} of ${breakers.length} circuit breakers let nothing through.`,
      breakers,
    };
  const isUnproven = breakers.some(({ state }) => state !== "closed");
  return {
    ...ok(`Every provider may be asked${isUnproven ? ": one that failed is tried again with the next call" : ""}.`),
    breakers,
  };
}

const CHECKS: readonly Check[] = [
  DATABASE,
  OBJECTS,
  LANES,
  DELIVERIES_IN,
  DELIVERIES_OUT,
  MODELS,
  engineCheck("javascript", "JavaScript", 15_000),
  engineCheck("python", "Python", 60_000),
  CHECKER,
];
/** What everybody may know of: it says nothing about any workspace. */
const PUBLIC_CHECKS: readonly Check[] = [DATABASE, OBJECTS];

/** A lane whose first run could start starts it within seconds; one that does not is stuck. */
const STUCK_MS = 30_000;

function lanesFinding(lanes: readonly SeenLane[], silent: readonly string[], now: number): Finding {
  if (silent.length > 0) return { status: "degraded", detail: `No answer from ${list(silent)}.` };
  const stuck = lanes.filter(({ view }) => {
    const isFree = view.claimed.length === 0 && !view.pause && !view.isShort && view.waitingCount > view.heldCount;
    return isFree && now - Date.parse(view.oldestEnqueuedAt!) > STUCK_MS;
  });
  if (stuck.length > 0) {
    return { status: "degraded", detail: `Runs wait and none starts in ${list(stuck.map(({ lane }) => lane))}.` };
  }
  const waiting = lanes.reduce((sum, { view }) => sum + view.waitingCount, 0);
  const running = lanes.reduce((sum, { view }) => sum + view.claimed.length, 0);
  const paused = lanes.filter(({ view }) => view.pause).length;
  return ok(
    `All answer. Lanes: ${lanes.length} busy or paused, ${paused} paused. Runs: ${running} run, ${waiting} wait.`,
  );
}

const NAMED_MAX = 3;
const list = (names: readonly string[]) =>
  names.slice(0, NAMED_MAX).join(", ") + (names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "");

type Kept = Omit<PartHealth, "ageMs" | "checkedAt"> & { readonly at: number };

/** Findings of this isolate, the latest last. Only what is settled is shared between requests. */
const findings = new WeakMap<Dependencies, Map<string, Kept>>();
const KEPT_MAX = 500;

export async function checkHealth(dependencies: Dependencies, workspaceId: string): Promise<Health> {
  return healthOf(dependencies, CHECKS, workspaceId);
}

export async function checkPublicHealth(dependencies: Dependencies): Promise<Health> {
  return healthOf(dependencies, PUBLIC_CHECKS, "");
}

async function healthOf(dependencies: Dependencies, checks: readonly Check[], workspaceId: string): Promise<Health> {
  const found = await Promise.all(checks.map((check) => checkPart(dependencies, check, workspaceId)));
  const now = dependencies.clock.now();
  const parts = found.map(({ at, ...part }) => ({ ...part, checkedAt: toIso(at), ageMs: Math.max(0, now - at) }));
  return { status: overall(parts), parts };
}

async function checkPart(dependencies: Dependencies, check: Check, workspaceId: string): Promise<Kept> {
  const { clock } = dependencies;
  const key = check.isOfWorkspace ? `${check.part} ${workspaceId}` : check.part;
  const kept = findings.get(dependencies) ?? new Map<string, Kept>();
  findings.set(dependencies, kept);
  const known = kept.get(key);
  if (known && clock.now() - known.at < check.freshMs) return known;
  const found = await measure(dependencies, check, workspaceId);
  kept.delete(key);
  kept.set(key, found);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_MAX) break;
    kept.delete(oldest);
  }
  return found;
}

/** Never rejects: what goes wrong is the finding. The reason goes to the log, since it may name what is not for all. */
async function measure(dependencies: Dependencies, check: Check, workspaceId: string): Promise<Kept> {
  const { clock, log } = dependencies;
  const { part, failure, patienceMs } = check;
  const startedAt = clock.now();
  const late = clock.sleep(patienceMs).then((): null => null);
  try {
    const found = await Promise.race([check.look(dependencies, workspaceId), late]);
    const at = clock.now();
    if (found) return { part, ...found, latencyMs: at - startedAt, at };
    return { part, status: failure, latencyMs: null, detail: `No answer within ${patienceMs / 1_000} s.`, at };
  } catch (error) {
    log.error("a part is not well", { step: part, error });
    return {
      part,
      status: failure,
      latencyMs: null,
      detail: "It failed; the reason stands in the log.",
      at: clock.now(),
    };
  }
}
