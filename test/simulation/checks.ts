/**
 * What must hold after every event of a simulated world, and what must hold at its end. Looks into the real databases
 * and at the attempts that are really under way; believes no object's word about itself.
 */
import type { FinishedRun } from "../../durable-objects/run-executor/rpc.ts";
import { isContended, type LaneShare } from "../../worker/domain/capacity-state.ts";
import { laneConcurrency } from "../../worker/domain/lane.ts";
import type { ClaimedEntry, QueueState, WaitingEntry } from "../../worker/domain/queue-state.ts";
import { isShort } from "../../worker/domain/queue-state.ts";
import type { RunEvent } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";
import { hasEnded, type RunState } from "../../worker/domain/run-state.ts";
import { Announcements } from "./announcements.ts";
import { type AttemptLedger, lineOf } from "./fake-attempts.ts";
import type { SimulatedObject } from "./object-host.ts";
import { CAPACITY, laneName, type Product, runName, type Settings } from "./product.ts";
import type { World } from "./world.ts";

type Entry = WaitingEntry | ClaimedEntry;
type LaneState = Omit<QueueState, "waiting" | "claimed"> & {
  readonly waiting: readonly WaitingEntry[];
  readonly claimed: readonly ClaimedEntry[];
};

interface SeenRun {
  readonly state: RunState;
  readonly version: number;
}

const isClaimed = (entry: Entry): entry is ClaimedEntry => "epoch" in entry;
const isEarlier = (a: Entry, b: Entry) => a.sortKey < b.sortKey || (a.sortKey === b.sortKey && a.ordinal < b.ordinal);

export class Checks {
  readonly #world: World;
  readonly #product: Product;
  readonly #attempts: AttemptLedger;
  readonly #announcements: Announcements;
  readonly #settings: Settings;
  readonly #dirty = new Set<SimulatedObject>();
  readonly #promises = new Map<string, RunSpec>();
  readonly #promiseWaiters = new Map<string, (() => void)[]>();
  readonly #cancelled = new Set<string>();
  readonly #lanes = new Map<string, LaneState>();
  readonly #lastEpochs = new Map<string, number>();
  readonly #runs = new Map<string, SeenRun>();
  readonly #streams = new Map<string, string[]>();
  readonly #answers: { readonly runId: string; readonly finished: FinishedRun }[] = [];
  /** Runs whose copy in D1 somebody asked for anew: it is their care that this is seen through. */
  readonly reprojecting = new Set<string>();
  /** A capacity that was lowered is reached as runs end. */
  #capacityReached = 0;
  /** The version of each run that D1 has. */
  readonly #listed = new Map<string, number>();
  #isContended = false;
  isOver = false;
  #isD1Dirty = false;

  constructor(
    world: World,
    product: Product,
    attempts: AttemptLedger,
    announcements: Announcements,
    settings: Settings,
  ) {
    this.#world = world;
    this.#product = product;
    this.#attempts = attempts;
    this.#announcements = announcements;
    this.#settings = settings;
    product.host.onWrite = (object) => this.#dirty.add(object);
    product.d1.onWrite = () => {
      this.#isD1Dirty = true;
    };
    world.afterEach.push(() => this.#afterEach());
  }

  promised(spec: RunSpec): void {
    this.#promises.set(spec.id, spec);
    for (const tell of this.#promiseWaiters.get(spec.id)?.splice(0) ?? []) tell();
    if (!this.#runs.has(spec.id)) this.#fail(`${spec.id} was accepted and is not stored`);
  }

  /** Resolves when the run was promised to somebody: never, for one that was not. */
  async whenPromised(runId: string): Promise<void> {
    if (this.#promises.has(runId)) return;
    const waiters = this.#promiseWaiters.get(runId) ?? [];
    this.#promiseWaiters.set(runId, waiters);
    await new Promise<void>((resolve) => waiters.push(resolve));
  }

  cancelled(runId: string): void {
    this.#cancelled.add(runId);
  }

  executed(runId: string, finished: FinishedRun): void {
    this.#answers.push({ runId, finished });
  }

  /** A client was shown an event after having seen everything up to `after`. */
  shown(runId: string, after: number, event: RunEvent): void {
    if (event.seq !== after + 1) this.#fail(`a client of ${runId} saw ${event.seq} after ${after}`);
    const stored = this.#streams.get(runId)?.[event.seq - 1];
    if (stored !== JSON.stringify(event)) this.#fail(`a client of ${runId} saw what is not stored: ${event.seq}`);
  }

  #fail(what: string): void {
    this.#world.violate(what);
  }

  #afterEach(): void {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const object of dirty) {
      if (object.kind === "run") this.#lookAtRun(object);
      if (object.kind === "lane") this.#lookAtLane(object);
      if (object.kind === "capacity") this.#lookAtCapacity(object);
    }
    if (this.#isD1Dirty) this.#lookAtListedRuns();
    this.#isD1Dirty = false;
    this.#lookAtAttempts();
    this.#lookAtPromises();
    this.#lookForSleepers();
  }

  #lookAtRun(object: SimulatedObject): void {
    const runId = object.name.slice("run:".length);
    const row = object.database.rows("SELECT state, version FROM run")[0];
    const before = this.#runs.get(runId);
    if (!row) {
      if (before && this.#promises.has(runId)) this.#fail(`${runId} was accepted and is forgotten`);
      this.#runs.delete(runId);
      this.#streams.delete(runId);
      return;
    }
    const state: RunState = JSON.parse(row["state"] as string);
    const version = row["version"] as number;
    if (before && hasEnded(before.state) && JSON.stringify(before.state) !== JSON.stringify(state)) {
      this.#fail(`${runId} had ended as ${before.state.name} and is ${state.name} now`);
    }
    if (before && version < before.version) this.#fail(`${runId} went back to version ${version}`);
    this.#runs.set(runId, { state, version });
    this.#lookAtStream(object, runId);
  }

  #lookAtStream({ database }: SimulatedObject, runId: string): void {
    const stream = this.#streams.get(runId) ?? [];
    this.#streams.set(runId, stream);
    const chunks = database.rows("SELECT * FROM event_chunks WHERE last_seq > ? ORDER BY first_seq", [stream.length]);
    for (const chunk of chunks) {
      const events: RunEvent[] = JSON.parse(chunk["events"] as string);
      for (const event of events) {
        if (event.seq !== stream.length + 1)
          this.#fail(`the stream of ${runId} has ${event.seq} at ${stream.length + 1}`);
        const last = stream.at(-1);
        if (last && isEndEvent(JSON.parse(last))) this.#fail(`the stream of ${runId} goes on behind its end`);
        stream.push(JSON.stringify(event));
      }
    }
  }

  #lookAtLane(object: SimulatedObject): void {
    const row = object.database.rows("SELECT state FROM lane")[0];
    if (!row) return;
    const entries = object.database
      .rows("SELECT entry FROM entries")
      .map((each): Entry => JSON.parse(each["entry"] as string));
    const next: LaneState = {
      ...JSON.parse(row["state"] as string),
      waiting: entries.filter((entry) => !isClaimed(entry)),
      claimed: entries.filter(isClaimed),
    };
    const before = this.#lanes.get(object.name);
    this.#lanes.set(object.name, next);
    if (before && next.allotment.revision < before.allotment.revision) {
      this.#fail(`${object.name} went back to an older allotment`);
    }
    const ordinals = new Map(
      [...(before?.waiting ?? []), ...(before?.claimed ?? [])].map((each) => [each.runId, each.ordinal]),
    );
    for (const { runId, ordinal } of entries) {
      if ((ordinals.get(runId) ?? ordinal) !== ordinal) this.#fail(`${runId} has joined ${object.name} twice`);
    }
    if (next.claimed.length > next.concurrency) this.#fail(`${object.name} claims more than its concurrency`);
    const held = new Set(before?.claimed.map(({ runId, epoch }) => `${runId} ${epoch}`));
    const fresh = next.claimed.filter(({ runId, epoch }) => !held.has(`${runId} ${epoch}`));
    for (const claim of fresh) this.#lookAtClaim(object.name, before, next, claim);
  }

  #lookAtClaim(lane: string, before: LaneState | undefined, next: LaneState, claim: ClaimedEntry): void {
    const lastEpoch = this.#lastEpochs.get(lane) ?? 0;
    const isRenewal = before?.claimed.some(({ runId }) => runId === claim.runId) ?? false;
    this.#lastEpochs.set(lane, Math.max(lastEpoch, claim.epoch));
    if (claim.epoch <= lastEpoch && !next.claimed.some((each) => each !== claim && each.epoch === lastEpoch)) {
      this.#fail(`${lane} gave the epoch ${claim.epoch} again, to ${claim.runId}`);
    }
    if (isRenewal) return;
    const waited = before?.waiting.find(({ runId }) => runId === claim.runId);
    if (next.pause) this.#fail(`${lane} claimed ${claim.runId} although it is paused`);
    if (waited?.hold && claim.hold) this.#fail(`${lane} claimed ${claim.runId} although it is held`);
    if (next.claimed.length > next.allotment.target) this.#fail(`${lane} claimed ${claim.runId} beyond its allotment`);
    const now = claim.claimedAt;
    const overtaken = next.waiting.find(
      (each) => !each.hold && (each.expiresAt === null || each.expiresAt > now) && isEarlier(each, claim),
    );
    if (overtaken) this.#fail(`${lane} claimed ${claim.runId} before ${overtaken.runId}`);
  }

  #lookAtCapacity({ database }: SimulatedObject): void {
    const shares = database.rows("SELECT share FROM lanes").map((row): LaneShare => JSON.parse(row["share"] as string));
    this.#isContended = isContended({
      capacity: this.#settings.capacity,
      lanes: new Map(shares.map((share) => [share.lane, share])),
    });
    const given = shares.reduce((sum, { slots }) => sum + slots, 0);
    if (given <= this.#settings.capacity) this.#capacityReached = this.#settings.capacity;
    if (given > this.#capacityBound()) this.#fail(`${given} slots are given away of ${this.#settings.capacity}`);
    for (const { lane, slots, target } of shares) {
      if (target > slots) this.#fail(`${lane} should come down from ${slots} to ${target}`);
    }
  }

  /** What may be given away and used now: more than the capacity only while a lowered one is being reached. */
  #capacityBound(): number {
    return Math.max(this.#settings.capacity, this.#capacityReached);
  }

  /** A listed end has its output; no version is followed by an older one. */
  #lookAtListedRuns(): void {
    for (const { id, version } of this.#product.d1.database.rows("SELECT id, version FROM runs")) {
      const [runId, listed] = [id as string, version as number];
      if (listed < (this.#listed.get(runId) ?? 0)) this.#fail(`D1 went back to version ${listed} of ${runId}`);
      this.#listed.set(runId, listed);
    }
    const bare = this.#product.d1.database.rows(
      `SELECT id FROM runs WHERE finished_at IS NOT NULL
       AND last_seq IS NOT (SELECT max(last_seq) FROM run_output WHERE run_id = runs.id)`,
    );
    for (const { id } of bare) this.#fail(`D1 lists the end of ${id} without its output`);
  }

  /** Bounds on what really happens. */
  #lookAtAttempts(): void {
    const perLane = new Map<string, number>();
    let all = 0;
    for (const { runId, lane, instance } of this.#attempts.underWay) {
      // Nothing can hold back an instance that the platform has given up already: what it writes does not count.
      if (instance.isSuperseded) continue;
      all += 1;
      const count = (perLane.get(lane) ?? 0) + 1;
      perLane.set(lane, count);
      if (count > laneConcurrency(lane)) this.#fail(`${count} attempts at once in ${lane}`);
      const claim = this.#lanes.get(laneName(lane))?.claimed.find((each) => each.runId === runId);
      if (!claim) this.#fail(`${runId} is attempted without a slot in ${lane}`);
    }
    if (all > this.#capacityBound()) this.#fail(`${all} attempts at once, the capacity is ${this.#settings.capacity}`);
  }

  /** An accepted run ends, or its lane holds it. An end is listed, or somebody comes back to see to it. */
  #lookAtPromises(): void {
    for (const [runId, { lane }] of this.#promises) {
      const run = this.#runs.get(runId);
      if (!run) {
        this.#fail(`${runId} was accepted and is lost`);
        continue;
      }
      const state = this.#lanes.get(laneName(lane));
      const isHeld = [...(state?.waiting ?? []), ...(state?.claimed ?? [])].some((each) => each.runId === runId);
      if (isHeld) continue;
      if (!hasEnded(run.state)) this.#fail(`${runId} is ${run.state.name}, and its lane has let go of it`);
      else if ((this.#listed.get(runId) ?? 0) < run.version && !this.reprojecting.has(runId)) {
        if (!this.#product.host.object(runName(runId)).willWake) {
          this.#fail(`${runId} has ended, is not listed so, and nobody comes back to it`);
        }
      }
    }
  }

  /** An object at rest that has something to do has an alarm. */
  #lookForSleepers(): void {
    const capacity = this.#product.host.object(CAPACITY);
    if (this.#isContended && capacity.current && capacity.isAtRest && !capacity.willWake) {
      this.#fail("the workspace is contended and has no alarm");
    }
    for (const [name, state] of this.#lanes) {
      const object = this.#product.host.object(name);
      if (object.willWake || !object.isAtRest) continue;
      const now = this.#world.wallMs;
      if (state.claimed.length > 0) this.#fail(`${name} has claims and no alarm`);
      if (isShort(state, now)) this.#fail(`${name} is short and has no alarm`);
      if (state.waiting.some(({ expiresAt }) => expiresAt !== null))
        this.#fail(`${name} has runs that expire and no alarm`);
    }
  }

  /** Nothing happens any more: what still waits must say why. */
  atRest(): void {
    for (const [runId, { lane }] of this.#promises) {
      const run = this.#runs.get(runId);
      if (!run || hasEnded(run.state)) continue;
      const state = this.#lanes.get(laneName(lane));
      const entry = state?.waiting.find((each) => each.runId === runId);
      if (!entry || !(entry.hold || state?.pause)) this.#fail(`${runId} is ${run.state.name} for ever in ${lane}`);
    }
  }

  /** Runs that a person holds. */
  get held(): readonly { readonly lane: string; readonly runId: string }[] {
    return [...this.#lanes].flatMap(([name, { waiting }]) =>
      waiting.filter(({ hold }) => hold).map(({ runId }) => ({ lane: name.slice(laneName("").length), runId })),
    );
  }

  /** Nothing is held any more: everything must be done. */
  atEnd(): void {
    for (const [name, { waiting, claimed }] of this.#lanes) {
      const left = [...waiting, ...claimed].map(({ runId }) => runId);
      if (left.length > 0) this.#fail(`${name} has not drained: ${left}`);
    }
    for (const object of this.#product.host.objects) {
      if (object.willWake) this.#fail(`${object.name} has an alarm that nobody needs`);
    }
    for (const runId of this.#promises.keys()) this.#lookAtEnd(runId);
    for (const { runId, finished } of this.#answers) this.#lookAtAnswer(runId, finished);
    this.#lookAtD1();
    this.#lookAtShares();
  }

  #lookAtEnd(runId: string): void {
    const run = this.#runs.get(runId);
    if (!run || !hasEnded(run.state)) return this.#fail(`${runId} has not ended`);
    if (this.#announcements.told.get(Announcements.idOf(runId, run.state.name)) === undefined) {
      this.#fail(`nobody was told that ${runId} is ${run.state.name}`);
    }
    if (this.#cancelled.has(runId) && run.state.name === "succeeded") {
      // It may have come to its end before it heard of it, but not after a crash.
      if (run.state.attempt > 1 && run.state.attempt !== this.#attempts.begun.get(runId)) {
        this.#fail(`${runId} was cancelled and began anew`);
      }
    }
    this.#lookAtLines(runId, run.state.name === "succeeded");
  }

  /** Lines of each attempt: in order, each once; all of them when the run has succeeded. */
  #lookAtLines(runId: string, isComplete: boolean): void {
    let lines: string[] = [];
    for (const text of this.#streams.get(runId) ?? []) {
      const event: RunEvent = JSON.parse(text);
      if (event.type === "step-start" && event.step === "execute") lines = [];
      if (event.type === "output" && event.stream === "stdout") lines.push(event.text);
    }
    const attempt = Number(/^attempt (\d+)/.exec(lines[0] ?? "")?.[1] ?? 0);
    const expected = lines.map((_, index) => lineOf(attempt, index + 1));
    if (lines.join("") !== expected.join("")) this.#fail(`the lines of ${runId} are not those of one attempt`);
    const { lines: count } = this.#attempts.behaviourOf(runId);
    if (isComplete && lines.length !== count) this.#fail(`${runId} has ${lines.length} lines of ${count}`);
  }

  #lookAtAnswer(runId: string, { run, stdout }: FinishedRun): void {
    const { state } = this.#runs.get(runId) ?? {};
    if (run.state !== state?.name) this.#fail(`the caller of ${runId} was told ${run.state}, it is ${state?.name}`);
    let text = "";
    for (const each of this.#streams.get(runId) ?? []) {
      const event: RunEvent = JSON.parse(each);
      if (event.type === "step-start" && event.step === "execute") text = "";
      if (event.type === "output" && event.stream === "stdout") text += event.text;
    }
    if (stdout !== text) this.#fail(`the caller of ${runId} was told another output than is stored`);
  }

  #lookAtD1(): void {
    const { database } = this.#product.d1;
    const listed = new Map(database.rows("SELECT * FROM runs").map((row) => [row["id"] as string, row]));
    for (const [runId, row] of listed) {
      const run = this.#runs.get(runId);
      if (!run) this.#fail(`D1 lists ${runId}, which nobody has`);
      else if (row["state"] !== run.state.name || row["version"] !== run.version) {
        this.#fail(`D1 lists ${runId} as ${row["state"]}, it is ${run.state.name}`);
      }
      if (!run || !hasEnded(run.state)) {
        this.#fail(`D1 lists ${runId}, which never ends`);
        continue;
      }
      const chunks = database.rows("SELECT events FROM run_output WHERE run_id = ? ORDER BY first_seq", [runId]);
      const events = chunks.flatMap((chunk): RunEvent[] => JSON.parse(chunk["events"] as string));
      const copy = events.map((event) => JSON.stringify(event)).join();
      if (copy !== (this.#streams.get(runId) ?? []).join()) this.#fail(`D1 has another stream of ${runId}`);
    }
    for (const runId of this.#promises.keys()) if (!listed.has(runId)) this.#fail(`D1 does not list ${runId}`);
  }

  /** A lane never believes in more slots than the workspace has given it. */
  #lookAtShares(): void {
    const rows = this.#product.host.object(CAPACITY).database.tables.includes("lanes")
      ? this.#product.host.object(CAPACITY).database.rows("SELECT share FROM lanes")
      : [];
    const shares = rows.map((row): LaneShare => JSON.parse(row["share"] as string));
    const given = shares.reduce((sum, { slots }) => sum + slots, 0);
    if (given > this.#settings.capacity)
      this.#fail(`${given} slots are given away for good of ${this.#settings.capacity}`);
    for (const { lane, slots } of shares) {
      const own = this.#lanes.get(laneName(lane))?.allotment.slots ?? 0;
      if (own > slots) this.#fail(`${lane} believes in ${own} slots, it was given ${slots}`);
    }
  }
}

function isEndEvent(event: RunEvent): boolean {
  return event.type === "state" && event.state !== "queued" && event.state !== "running";
}
