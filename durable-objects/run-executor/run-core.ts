/**
 * A run at work: accepts it durably, attempts it when the lane says so, streams its output, and carries its end to the
 * lane and to D1. domain/run-state.ts decides, storage.ts keeps, output-log.ts numbers. Everything outside comes through
 * {@link RunPorts}, so that a simulation can drive it.
 *
 * What a state still owes is derived from storage ({@link owedWork}) and driven by {@link RunCore.#drive}.
 * Invariant: while anything is owed, the lane holds the run and asks for it, or an alarm of its own is armed. So a crash
 * at any point is resumed.
 */
import { dropMark } from "../../worker/domain/dropped-output.ts";
import { type Failure, fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { Issue } from "../../worker/domain/issue.ts";
import { laneConcurrency, type Priority } from "../../worker/domain/lane.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { toldTransitions } from "../../worker/domain/processing-steps.ts";
import type { EventStream, RunDetail, RunEventBody, StepName, StepState } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";
import {
  type EndedRun,
  hasEnded,
  infrastructureError,
  type OwedWork,
  owedWork,
  queued,
  type RunTransitionEvent,
  transition,
} from "../../worker/domain/run-state.ts";
import type { Wait } from "../../worker/domain/wait-reason.ts";
import type { Logger } from "../../worker/log.ts";
import { LEASE_MS } from "../run-queue/lane.ts";
import type { LaneAddress, RunQueueRpc } from "../run-queue/rpc.ts";
import { RECOVERY_DELAY_MS, type WakeUp } from "../wake-up.ts";
import { type AttemptResult, isRepeatable, NO_USAGE, type OnOutput, type RunAttempt } from "./attempt-port.ts";
import { Listing, type ListingPorts } from "./listing.ts";
import type { OutputLog } from "./output-log.ts";
import { logFieldsOf, toDetail } from "./projection.ts";
import type { FinishedRun, LaneAnswer } from "./rpc.ts";
import { RECHECK_MS, type RunSockets } from "./sockets.ts";
import type { AttemptRemains, StoredRun } from "./storage.ts";

/** Most programs end sooner than a copy of their start would be written: it is written for those that do not. */
const BRIEF_RUN_MS = 25;

export interface RunPorts extends ListingPorts {
  readonly audience: Pick<RunSockets, "publish" | "end" | "recheck" | "hibernate">;
  readonly clock: Clock;
  readonly wakeUp: WakeUp;
  readonly log: Logger;
  readonly attempt: RunAttempt;
  lane(address: LaneAddress): Pick<RunQueueRpc, "enqueue" | "release" | "renew" | "reprioritise" | "describeWait">;
}

const alreadyEnded = ({ name }: EndedRun) => fail("run-finished", `The run has already ended as ${name}.`);

export class RunCore {
  readonly #ports: RunPorts;
  readonly #listing: Listing;
  /** Stops the attempt that is under way in this object right now. */
  #guest: AbortController | null = null;
  #driving: Promise<void> | null = null;
  #driveAgain = false;
  #starting: Promise<Failure | null> | null = null;
  #endWaiters: (() => void)[] = [];

  constructor(ports: RunPorts) {
    this.#ports = ports;
    this.#listing = new Listing(ports);
  }

  async submit(spec: RunSpec): Promise<Result<RunDetail>> {
    const refusal = await this.#start(spec);
    if (refusal) return refusal;
    if (this.#accepted().state.name === "running") await Promise.race([this.#driving, this.#brief()]);
    await this.#settle(this.#listing.project());
    return succeed(this.#detail(null));
  }

  async execute(spec: RunSpec): Promise<Result<FinishedRun>> {
    const refusal = await this.#start(spec);
    if (refusal) return refusal;
    const run = this.#accepted();
    if (!hasEnded(run.state) || run.progress.projectedVersion < run.version) {
      await new Promise<void>((resolve) => this.#endWaiters.push(resolve));
    }
    return succeed({ run: this.#detail(null), ...this.#ports.events.outputOfLastAttempt() });
  }

  async claim(epoch: number): Promise<LaneAnswer> {
    await this.#turn();
    const { run } = this.#ports.storage;
    if (!run) return "ended";
    // One that is late may be from before the run was forgotten and accepted again. Who has not joined yet does so, and
    // hears of a slot in the answer.
    const { claimsFrom } = run.progress;
    const isLate = run.state.name === "queued" && (claimsFrom === null || epoch < claimsFrom);
    if (!isLate) this.#apply({ type: "claimed", epoch });
    return this.#answerToLane();
  }

  async cancel(): Promise<Result<RunDetail>> {
    const run = this.#ports.storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (hasEnded(run.state)) return alreadyEnded(run.state);
    this.#apply({ type: "cancel-requested" });
    this.#guest?.abort();
    // A run that ends in its line may not be asked for by its lane for long.
    await this.#answerToLane();
    // Who cancels a run that waits finds it neither in its lane nor in lists afterwards.
    if (run.state.name === "queued") await this.#kick();
    return succeed(this.#detail(null));
  }

  /** Ends a run that waits. One that has started is left alone. */
  async withdraw(reason: string): Promise<Result<"withdrawn" | "started">> {
    await this.#decided();
    const run = this.#ports.storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    this.#apply({ type: "withdrawn", reason });
    await this.#answerToLane();
    const { state } = this.#accepted();
    return succeed(state.name === "cancelled" && state.startedAt === null ? "withdrawn" : "started");
  }

  async expire(): Promise<LaneAnswer> {
    const { storage, clock } = this.#ports;
    if (!storage.run) return "ended";
    const { expiresAt } = storage.run.spec;
    if (expiresAt !== null && clock.now() >= expiresAt) this.#apply({ type: "expired" });
    return this.#answerToLane();
  }

  /** Changes what a waiting run is about. A run that has started keeps what it started with. */
  async amend(issue: Issue, priority: Priority): Promise<Result<"amended" | "started">> {
    const { storage } = this.#ports;
    await this.#decided();
    const run = storage.run;
    if (run?.spec.kind !== "issue") return fail("not-found", "There is no such run about an issue.");
    if (run.state.name !== "queued") return succeed("started");
    storage.transaction(() => storage.amend({ ...run.spec, kind: "issue", title: issue.title, issue, priority }));
    void this.#kick();
    if (priority !== run.spec.priority) {
      const told = this.#lane(run).reprioritise(run.spec.id, priority);
      await told.catch((error: unknown) => this.#log.warn("the lane was not told of a priority", { error }));
    }
    return succeed("amended");
  }

  /** A person changes the priority of a waiting run, of whatever kind. */
  async reprioritise(priority: Priority): Promise<Result<RunDetail>> {
    const { storage } = this.#ports;
    await this.#decided();
    const run = storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (hasEnded(run.state)) return alreadyEnded(run.state);
    // The lane first: it knows whether the run still waits. If this object is lost before it has stored the same, a
    // repeat finds the lane's part done.
    const told = await this.#lane(run).reprioritise(run.spec.id, priority);
    if (!told.ok) return told;
    const { state, spec } = this.#accepted();
    if (state.name === "queued" && spec.priority !== priority) storage.amend({ ...spec, priority });
    void this.#kick();
    await this.#settle(this.#listing.project());
    return succeed((await this.describe())!);
  }

  async describe(): Promise<RunDetail | null> {
    const run = this.#ports.storage.run;
    if (!run) return null;
    const wait = run.state.name === "queued" ? await this.#lane(run).describeWait(run.spec.id) : null;
    return this.#detail(wait);
  }

  /** Writes the run's copy in D1 anew, whole. */
  async reproject(): Promise<"written" | "absent" | "away"> {
    const { storage, wakeUp } = this.#ports;
    await this.#decided();
    if (!storage.run) return "absent";
    storage.forgetProjection();
    const isWritten = await this.#settle(this.#listing.project());
    // It is owed now, and the lane may have let go of the run long ago.
    if (!isWritten) await wakeUp.within(RECOVERY_DELAY_MS);
    // A run that is listed is seen through, even one that a crash left before its lane had it.
    void this.#kick();
    return isWritten ? "written" : "away";
  }

  async alarm(): Promise<void> {
    const { storage, wakeUp, audience } = this.#ports;
    wakeUp.rang();
    // A drive that is under way may rely on the alarm that rang.
    if (storage.run && this.#owed().length > 0) await wakeUp.within(RECOVERY_DELAY_MS);
    await audience.recheck();
    if (audience.hibernate) await wakeUp.within(RECHECK_MS);
    if (storage.run) await this.#kick();
  }

  /** The lane lets go of a run of which it hears that it has ended: what that one still owes gets an alarm first. */
  async #answerToLane(): Promise<LaneAnswer> {
    void this.#kick();
    if (!hasEnded(this.#accepted().state)) return "active";
    if (this.#owed().some((work) => work !== "release")) await this.#ports.wakeUp.within(RECOVERY_DELAY_MS);
    return "ended";
  }

  #owed(): readonly OwedWork[] {
    const { state, version, progress } = this.#accepted();
    return owedWork(state, version, progress);
  }

  /** Whether the run is accepted at all is settled then: nothing may be shown or promised of one that is refused. */
  async #decided(): Promise<void> {
    await this.#starting?.catch(() => {});
  }

  /**
   * From here on the lane holds the run, and asks for it until it has ended. Null when it was accepted. Two that ask at
   * once get one answer: a refusal must not take away what the other was promised.
   */
  #start(spec: RunSpec): Promise<Failure | null> {
    this.#starting ??= this.#startNow(spec).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #startNow(spec: RunSpec): Promise<Failure | null> {
    const { storage } = this.#ports;
    const isNew = !storage.run;
    if (isNew) this.#accept(spec);
    try {
      if (await this.#join()) {
        void this.#kick();
        return null;
      }
    } catch (error) {
      // Nobody was promised anything yet. What was accepted before stays, and asks for its place again.
      if (isNew) this.#forget();
      else await this.#ports.wakeUp.within(RECOVERY_DELAY_MS);
      throw error;
    }
    if (isNew) this.#forget();
    return fail(
      "lane-full",
      "This lane has as many waiting runs as it can hold. Wait for some to end, then try again.",
    );
  }

  /** Refused before anybody could see it: leaves nothing behind. A lane that took it all the same finds nobody here. */
  #forget(): void {
    const { storage, events } = this.#ports;
    if (storage.run?.state.name !== "queued") return;
    storage.transaction(() => {
      storage.clear();
      events.clear();
    });
  }

  #accept(spec: RunSpec): void {
    const { storage, events, clock } = this.#ports;
    const now = clock.now();
    const { state, emits } = queued(now);
    storage.transaction(() => {
      storage.insert(spec, state);
      events.append(emits, now);
    });
  }

  /** Joins the lane; false when the lane is full. A slot that is free at once comes with the answer. */
  async #join(): Promise<boolean> {
    const run = this.#accepted();
    if (run.state.name !== "queued" || run.progress.claimsFrom !== null) return true;
    const { id: runId, workspaceId, lane, priority, expiresAt } = run.spec;
    const concurrency = laneConcurrency(lane);
    const answer = await this.#lane(run).enqueue({ workspaceId, lane, runId, priority, concurrency, expiresAt });
    if (!answer.accepted) return false;
    this.#ports.storage.note({ claimsFrom: answer.nextEpoch });
    if (answer.epoch === null) return true;
    await this.#turn();
    this.#apply({ type: "claimed", epoch: answer.epoch });
    return true;
  }

  /**
   * The platform sends answers and hears requests when nothing else is to be done. Short runs that follow each other
   * without a pause would keep it from that for seconds, so each lets it before it begins.
   */
  #turn(): Promise<void> {
    return this.#ports.clock.sleep(0);
  }

  /** Stores the transition and its events together, then tells the clients. */
  #apply(event: RunTransitionEvent, left: AttemptRemains = {}): void {
    const { storage, events, audience, clock } = this.#ports;
    const { state: before, spec } = this.#accepted();
    const now = clock.now();
    const { state, emits } = transition(before, event, now);
    if (state === before) return;
    this.#publish(toldTransitions(spec.kind, emits), now, () => storage.advance(state, left));
    this.#log.debug("the run went on");
    if (!hasEnded(state)) return;
    audience.end({ seq: events.lastSeq, state: state.name });
    const durationMs = state.finishedAt - state.createdAt;
    this.#log.info("the run ended", { durationMs, code: state.limitReached ?? state.error?.category });
  }

  #publish(bodies: readonly RunEventBody[], now: number, write: () => void = () => {}): void {
    const { storage, events, audience } = this.#ports;
    let published: ReturnType<OutputLog["append"]> = [];
    storage.transaction(() => {
      write();
      published = events.append(bodies, now);
    });
    audience.publish(published);
  }

  /** Starts driving, or makes the drive under way look again. Resolves when nothing is owed or a retry is armed. */
  #kick(): Promise<void> {
    this.#driveAgain = true;
    this.#driving ??= this.#drive().finally(() => {
      this.#driving = null;
      // Somebody kicked while the drive was on its way out.
      if (this.#driveAgain) void this.#kick();
    });
    return this.#driving;
  }

  async #drive(): Promise<void> {
    const { wakeUp } = this.#ports;
    let isDone = false;
    try {
      while (this.#driveAgain && !isDone) {
        if (this.#ports.storage.run?.state.name === "queued") await this.#decided();
        this.#driveAgain = false;
        if (!this.#ports.storage.run) return;
        const owed = this.#owed();
        if (!(await this.#seeThrough(owed))) break;
        isDone = owed.length === 0;
        this.#driveAgain ||= !isDone;
      }
    } catch (error) {
      this.#log.error("the run could not be driven on", { error });
      await wakeUp.within(RECOVERY_DELAY_MS);
    }
    this.#resolveEndWaiters();
    if (isDone && !this.#ports.audience.hibernate) await wakeUp.disarm();
  }

  /**
   * Does what is owed, in order, beside the attempt if one is to be made. What fails is tried again by the alarm, which
   * is armed before the lane lets go of the run. Answers whether everything went well.
   */
  async #seeThrough(owed: readonly OwedWork[]): Promise<boolean> {
    const { wakeUp } = this.#ports;
    let execution: Promise<boolean> | null = null;
    if (owed.includes("execute")) {
      execution = this.#settle(this.#execute());
      const brief = await Promise.race([execution, this.#brief().then(() => null)]);
      if (brief !== null) return brief;
    }
    let isWell = true;
    for (const work of owed) {
      if (work === "execute" || (await this.#settle(this.#do(work)))) continue;
      isWell = false;
      await wakeUp.within(RECOVERY_DELAY_MS);
    }
    return (await execution) !== false && isWell;
  }

  #brief(): Promise<void> {
    return this.#ports.clock.sleep(BRIEF_RUN_MS);
  }

  async #do(work: Exclude<OwedWork, "execute">): Promise<void> {
    switch (work) {
      case "enqueue":
        if (!(await this.#join())) throw new Error("the lane is full");
        return;
      case "project":
        return this.#listing.project();
      case "announce":
        return this.#listing.announce();
      case "release":
        return this.#release();
    }
  }

  async #settle(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      this.#log.warn("a step of the run failed and is tried again", { error });
      return false;
    }
  }

  async #execute(): Promise<void> {
    this.#apply({ type: "attempt-began", isRepeatable: isRepeatable(this.#accepted().spec) });
    const { spec, state } = this.#accepted();
    if (state.name !== "running") return;
    const guest = new AbortController();
    this.#guest = guest;
    const attempt = this.#attempt(spec, state.attempt, guest.signal);
    void this.#renewLease(attempt);
    const { outcome, usage, journal, receipt, dropped } = await attempt;
    this.#guest = null;
    const mark = spec.kind !== "issue" && dropped ? dropMark(dropped, spec.limits.outputBytes) : null;
    if (mark !== null) this.#output(state.attempt, "system", mark);
    const result = outcome.kind === "completed" ? outcome.result : undefined;
    this.#apply({ type: "attempt-ended", attempt: state.attempt, outcome, usage }, { result, journal, receipt });
  }

  async #attempt(spec: StoredRun["spec"], attempt: number, signal: AbortSignal): Promise<AttemptResult> {
    const { storage, clock } = this.#ports;
    const onOutput: OnOutput = (stream, text, step) => this.#output(attempt, stream, text, step);
    const onStep = (step: StepName, state: StepState) => this.#step(attempt, step, state);
    try {
      return await this.#ports.attempt({
        spec,
        program: () => storage.program(),
        fork: () => storage.fork(),
        clock,
        onOutput,
        onStep,
        signal,
      });
    } catch (error) {
      this.#log.error("the engine failed", { error });
      const message = "The sandbox failed in a way that is not this program's fault. It was logged; try again.";
      return { outcome: { kind: "threw", error: infrastructureError(message) }, usage: NO_USAGE };
    }
  }

  #output(attempt: number, stream: EventStream, text: string, step: StepName = "execute"): void {
    const { events, clock } = this.#ports;
    if (this.#isCurrent(attempt)) this.#publish(events.outputEvents(step, stream, text), clock.now());
  }

  /** A step within the attempt. The step of the attempt itself ends with the run. */
  #step(attempt: number, step: StepName, state: StepState): void {
    if (!this.#isCurrent(attempt)) return;
    const event: RunEventBody =
      state === "running" ? { type: "step-start", step, attempt } : { type: "step-end", step, state };
    this.#publish([event], this.#ports.clock.now());
  }

  /** What a superseded attempt still says is nobody's output. */
  #isCurrent(attempt: number): boolean {
    const { state } = this.#accepted();
    return state.name === "running" && state.attempt === attempt;
  }

  /** Tells the lane again and again that the attempt is alive, so that it need not ask. Never rejects. */
  async #renewLease(attempt: Promise<unknown>): Promise<void> {
    const run = this.#accepted();
    const over = attempt.then(() => true);
    while (!(await Promise.race([over, this.#ports.clock.sleep(LEASE_MS / 2)]))) {
      await this.#lane(run)
        .renew(run.spec.id)
        .catch(() => {});
    }
  }

  async #release(): Promise<void> {
    const run = this.#accepted();
    const epoch = hasEnded(run.state) ? run.state.epoch : null;
    await this.#lane(run).release(run.spec.id, epoch);
    this.#ports.storage.note({ released: true });
  }

  #resolveEndWaiters(): void {
    if (!hasEnded(this.#accepted().state)) return;
    for (const resolve of this.#endWaiters.splice(0)) resolve();
  }

  #lane({ spec }: StoredRun) {
    return this.#ports.lane({ workspaceId: spec.workspaceId, lane: spec.lane });
  }

  #detail(wait: Wait | null): RunDetail {
    const { storage, events } = this.#ports;
    const kept = { result: storage.result(), receipt: storage.receipt() };
    return toDetail(this.#accepted(), { ...kept, lastSeq: events.lastSeq }, wait);
  }

  #accepted(): StoredRun {
    const { run } = this.#ports.storage;
    if (!run) throw new Error("no run was accepted here");
    return run;
  }

  /** Speaks of this run: where it is now stands on each of its lines. */
  get #log(): Logger {
    const { log, storage } = this.#ports;
    return storage.run ? log.with(logFieldsOf(storage.run)) : log;
  }
}
