/**
 * One run: accepts it durably, runs its program when the lane says so, streams its output, and carries its end to the
 * lane and to D1. A thin shell: domain/run-state.ts decides, storage.ts keeps, output-log.ts numbers, sockets.ts sends.
 *
 * What a state still owes is derived from storage ({@link owedWork}) and driven by {@link RunExecutor.#drive}.
 * Invariant: while anything is owed, the lane holds the run and asks for it, or an alarm of its own is armed. So a crash
 * at any point is resumed.
 */
import { DurableObject } from "cloudflare:workers";
import { grantedCapabilities } from "../../worker/capabilities/granted.ts";
import { configOf } from "../../worker/config.ts";
import { type Failure, fail, type Result, succeed } from "../../worker/domain/errors.ts";
import { laneConcurrency, laneObjectName } from "../../worker/domain/lane.ts";
import { LANGUAGE_TABLE } from "../../worker/domain/languages.ts";
import type { ReplayVerdict } from "../../worker/domain/replay.ts";
import type { RunDetail, RunEventBody } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";
import {
  hasEnded,
  infrastructureError,
  type OwedWork,
  owedWork,
  queued,
  type RunTransitionEvent,
  transition,
} from "../../worker/domain/run-state.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import type { Engine, GuestResult } from "../../worker/sandbox/engine.ts";
import { type Database, openDatabase } from "../../worker/store/database.ts";
import { projectEndedRun, projectRun, projectRunWithProgram } from "../../worker/store/runs.ts";
import { systemClock, systemFetch } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { RecoveryAlarm } from "./alarm.ts";
import { engineFor } from "./engine.ts";
import { OutputLog, outputEvents } from "./output-log.ts";
import { toDetail, toRow } from "./projection.ts";
import { recordedRun, replayRun } from "./replay.ts";
import type { FinishedRun, RunExecutorRpc } from "./rpc.ts";
import { RunSockets } from "./sockets.ts";
import { type AttemptRemains, ExecutorStorage, type StoredRun } from "./storage.ts";

/** Most programs end sooner than a copy of their start would be written: it is written for those that do not. */
const BRIEF_RUN_MS = 25;

/** What came of one attempt. Without a journal where the engine itself failed. */
type Attempt = Omit<GuestResult, "journal"> & Partial<Pick<GuestResult, "journal">>;

export class RunExecutor extends DurableObject<Env> implements RunExecutorRpc {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #storage: ExecutorStorage;
  readonly #log: OutputLog;
  readonly #sockets: RunSockets;
  readonly #alarm: RecoveryAlarm;
  /** Stops the program that runs in this object right now. */
  #guest: AbortController | null = null;
  #driving: Promise<void> | null = null;
  #driveAgain = false;
  #projecting: Promise<void> = Promise.resolve();
  #endWaiters: (() => void)[] = [];
  #replaying: Promise<ReplayVerdict> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#logger = createLogger(config.logLevel, config.logFormat);
    this.#db = openDatabase(env.DB);
    this.#storage = new ExecutorStorage(ctx.storage);
    this.#log = new OutputLog(ctx.storage.sql);
    this.#sockets = new RunSockets(ctx);
    this.#alarm = new RecoveryAlarm(ctx.storage, systemClock);
  }

  async submit(spec: RunSpec): Promise<Result<RunDetail>> {
    const refusal = await this.#start(spec);
    if (refusal) return refusal;
    await this.#settle(this.#project());
    return succeed(this.#detail(null));
  }

  async execute(spec: RunSpec): Promise<Result<FinishedRun>> {
    const refusal = await this.#start(spec);
    if (refusal) return refusal;
    const run = this.#accepted();
    if (!hasEnded(run.state) || run.progress.projectedVersion < run.version) {
      await new Promise<void>((resolve) => this.#endWaiters.push(resolve));
    }
    return succeed({ run: this.#detail(null), ...this.#log.outputOfLastAttempt() });
  }

  async claim(epoch: number): Promise<"running" | "ended"> {
    const run = this.#storage.run;
    if (!run) return "ended";
    this.#apply({ type: "claimed", epoch });
    void this.#kick();
    return hasEnded(this.#accepted().state) ? "ended" : "running";
  }

  async cancel(): Promise<Result<RunDetail>> {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (hasEnded(run.state)) return fail("run-finished", `The run has already ended as ${run.state.name}.`);
    this.#apply({ type: "cancel-requested" });
    this.#guest?.abort();
    void this.#kick();
    return succeed(this.#detail(null));
  }

  async describe(): Promise<RunDetail | null> {
    const run = this.#storage.run;
    if (!run) return null;
    const waitingFor = run.state.name === "queued" ? await this.#queue(run).describeWait(run.spec.id) : null;
    return this.#detail(waitingFor);
  }

  async replay(): Promise<Result<ReplayVerdict>> {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (!hasEnded(run.state)) return fail("run-active", "Wait for the run's end, or cancel it, then replay it.");
    const recorded = recordedRun(run.state, this.#storage, this.#log);
    if (!recorded)
      return fail("not-replayable", "The run left no journal: its program never came to an end of its own.");
    // Whoever asks meanwhile gets the same answer.
    this.#replaying ??= replayRun(recorded, run.spec, this.#engine(), systemClock).finally(() => {
      this.#replaying = null;
    });
    try {
      return succeed(await this.#replaying);
    } catch (error) {
      this.#logger.error("the engine failed in a replay", { ...this.#logFields(), error });
      return fail("internal", "The sandbox failed in a way that is not this program's fault. It was logged.");
    }
  }

  async logText(): Promise<string> {
    return this.#log.text();
  }

  /** `GET …?after=seq` as a WebSocket upgrade. Who may watch was checked by the route. */
  override async fetch(request: Request): Promise<Response> {
    const run = this.#accepted();
    const after = Number(new URL(request.url).searchParams.get("after") ?? 0);
    if (this.#sockets.isFull()) return new Response(null, { status: 429 });
    const end = hasEnded(run.state) ? { seq: this.#log.lastSeq, state: run.state.name } : null;
    const hibernates = run.state.name === "queued";
    return new Response(null, { status: 101, webSocket: this.#sockets.accept(this.#log, { after, end, hibernates }) });
  }

  /** Clients acknowledge what they have shown; nothing waits for it yet, and anything else is ignored. */
  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.closed(socket, code);
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    if (this.#storage.run) await this.#kick();
  }

  /** From here on the lane holds the run, and asks for it until it has ended. Null when it was accepted. */
  async #start(spec: RunSpec): Promise<Failure | null> {
    if (!this.#storage.run) this.#accept(spec);
    if (!(await this.#join())) {
      // Refused before anybody could see it: leave nothing behind.
      this.#storage.transaction(() => {
        this.#storage.clear();
        this.#log.clear();
      });
      return fail(
        "lane-full",
        "This lane has as many waiting runs as it can hold. Wait for some to end, then try again.",
      );
    }
    void this.#kick();
    return null;
  }

  #accept(spec: RunSpec): void {
    const now = systemClock.now();
    const { state, emits } = queued(now);
    this.#storage.transaction(() => {
      this.#storage.insert(spec, state);
      this.#log.append(emits, now);
    });
  }

  /** Joins the lane; false when the lane is full. A slot that is free at once comes with the answer. */
  async #join(): Promise<boolean> {
    const run = this.#accepted();
    if (run.state.name !== "queued" || run.progress.enqueued) return true;
    const { id, lane, priority } = run.spec;
    const answer = await this.#queue(run).enqueue({ runId: id, priority, concurrency: laneConcurrency(lane) });
    if (!answer.accepted) return false;
    this.#storage.note({ enqueued: true });
    if (answer.epoch !== null) this.#apply({ type: "claimed", epoch: answer.epoch });
    return true;
  }

  /** Stores the transition and its events together, then tells the clients. */
  #apply(event: RunTransitionEvent, left: AttemptRemains = {}): void {
    const before = this.#accepted().state;
    const now = systemClock.now();
    const { state, emits } = transition(before, event, now);
    if (state === before) return;
    this.#publish(emits, now, () => this.#storage.advance(state, left));
    if (hasEnded(state)) this.#sockets.end({ seq: this.#log.lastSeq, state: state.name });
  }

  #publish(bodies: readonly RunEventBody[], now: number, write: () => void = () => {}): void {
    let events: ReturnType<OutputLog["append"]> = [];
    this.#storage.transaction(() => {
      write();
      events = this.#log.append(bodies, now);
    });
    this.#sockets.publish(events);
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
    let isDone = false;
    try {
      while (this.#driveAgain && !isDone) {
        this.#driveAgain = false;
        const run = this.#accepted();
        const owed = owedWork(run.state, run.version, run.progress);
        if (!(await this.#seeThrough(owed))) break;
        isDone = owed.length === 0;
        this.#driveAgain ||= !isDone;
      }
    } catch (error) {
      this.#logger.error("the run could not be driven on", { ...this.#logFields(), error });
      await this.#alarm.arm();
    }
    this.#resolveEndWaiters();
    if (isDone) await this.#alarm.disarm();
  }

  /**
   * Does what is owed, in order, beside the program if there is one to execute. What fails is tried again by the alarm,
   * which is armed before the lane lets go of the run. Answers whether everything went well.
   */
  async #seeThrough(owed: readonly OwedWork[]): Promise<boolean> {
    let execution: Promise<boolean> | null = null;
    if (owed.includes("execute")) {
      execution = this.#settle(this.#execute());
      const brief = await Promise.race([execution, systemClock.sleep(BRIEF_RUN_MS).then(() => null)]);
      if (brief !== null) return brief;
    }
    let isWell = true;
    for (const work of owed) {
      if (work === "execute" || (await this.#settle(this.#do(work)))) continue;
      isWell = false;
      await this.#alarm.arm();
    }
    return (await execution) !== false && isWell;
  }

  async #do(work: Exclude<OwedWork, "execute">): Promise<void> {
    switch (work) {
      case "enqueue":
        if (!(await this.#join())) throw new Error("the lane is full");
        return;
      case "project":
        return this.#project();
      case "release":
        return this.#release();
    }
  }

  async #settle(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      this.#logger.warn("a step of the run failed and is tried again", { ...this.#logFields(), error });
      return false;
    }
  }

  async #execute(): Promise<void> {
    this.#apply({ type: "attempt-began", isRepeatable: this.#accepted().spec.grants.fetch.length === 0 });
    const { spec, state } = this.#accepted();
    if (state.name !== "running") return;
    this.#guest = new AbortController();
    if (state.cancelRequestedAt !== null) this.#guest.abort();
    const { outcome, usage, journal } = await this.#runProgram(spec, this.#guest.signal);
    this.#guest = null;
    const result = outcome.kind === "completed" ? outcome.result : undefined;
    this.#apply({ type: "attempt-ended", attempt: state.attempt, outcome, usage }, { result, journal });
  }

  async #runProgram(spec: StoredRun["spec"], signal: AbortSignal): Promise<Attempt> {
    try {
      return await this.#engine().execute({
        program: this.#storage.program(),
        limits: spec.limits,
        seed: spec.seed,
        clock: systemClock,
        onOutput: (stream, text) => this.#publish(outputEvents("execute", stream, text), systemClock.now()),
        onNotice: (text) => this.#publish(outputEvents("execute", "system", `${text}\n`), systemClock.now()),
        signal,
        replay: null,
        capabilities: grantedCapabilities(spec.grants, { fetch: systemFetch }),
      });
    } catch (error) {
      this.#logger.error("the engine failed", { ...this.#logFields(), error });
      const usage = { fuel: 0, memoryBytes: 0, wallMs: 0, outputBytes: 0, hostCalls: 0 };
      const message = "The sandbox failed in a way that is not this program's fault. It was logged; try again.";
      return { outcome: { kind: "threw", error: infrastructureError(message) }, usage };
    }
  }

  #engine(): Engine {
    return engineFor(LANGUAGE_TABLE[this.#accepted().spec.program.language].engine, this.env);
  }

  async #release(): Promise<void> {
    const run = this.#accepted();
    const epoch = hasEnded(run.state) ? run.state.epoch : null;
    await this.#queue(run).release(run.spec.id, epoch);
    this.#storage.note({ released: true });
  }

  /** One projection at a time: the second finds the first one's work done, or carries what came since. */
  #project(): Promise<void> {
    this.#projecting = this.#projecting.catch(() => {}).then(() => this.#projectNow());
    return this.#projecting;
  }

  async #projectNow(): Promise<void> {
    const run = this.#accepted();
    if (run.progress.projectedVersion >= run.version) return;
    const row = toRow(run, { result: this.#storage.result(), lastSeq: this.#log.lastSeq });
    if (run.progress.projectedVersion === 0) await projectRunWithProgram(this.#db, row, this.#storage.program());
    if (hasEnded(run.state)) await projectEndedRun(this.#db, row, this.#log.chunksAfter(0));
    else if (run.progress.projectedVersion > 0) await projectRun(this.#db, row);
    this.#storage.note({ projectedVersion: run.version });
  }

  #resolveEndWaiters(): void {
    if (!hasEnded(this.#accepted().state)) return;
    for (const resolve of this.#endWaiters.splice(0)) resolve();
  }

  #queue(run: StoredRun) {
    const name = laneObjectName(run.spec.workspaceId, run.spec.lane);
    return this.env.RUN_QUEUE.get(this.env.RUN_QUEUE.idFromName(name));
  }

  #detail(waitingFor: string | null): RunDetail {
    return toDetail(this.#accepted(), { result: this.#storage.result(), lastSeq: this.#log.lastSeq }, waitingFor);
  }

  #accepted(): StoredRun {
    if (!this.#storage.run) throw new Error("no run was accepted here");
    return this.#storage.run;
  }

  #logFields() {
    const run = this.#storage.run;
    return run ? { runId: run.spec.id, lane: run.spec.lane, state: run.state.name } : {};
  }
}
