/**
 * The object of one run: wires {@link RunCore} to the platform, serves the live stream, and replays the ended run. A thin
 * shell: run-core.ts drives, storage.ts keeps, output-log.ts numbers, sockets.ts sends.
 */
import { DurableObject } from "cloudflare:workers";
import { providerOf, providerOfNamed } from "../../worker/actions/workspace-provider.ts";
import { configOf } from "../../worker/config.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import type { BudgetSubject } from "../../worker/domain/budget-state.ts";
import type { DecisionRequest, EffectSheet } from "../../worker/domain/effect-sheet.ts";
import { type Failure, fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { ForkWish, HostCallPage } from "../../worker/domain/fork.ts";
import type { Issue } from "../../worker/domain/issue.ts";
import { laneObjectName, type Priority, repositoryOf } from "../../worker/domain/lane.ts";
import { type EngineName, LANGUAGE_TABLE } from "../../worker/domain/languages.ts";
import type { Credential } from "../../worker/domain/principal.ts";
import { processingSteps } from "../../worker/domain/processing-steps.ts";
import type { ReplayVerdict } from "../../worker/domain/replay.ts";
import type { RunDetail } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";
import { hasEnded } from "../../worker/domain/run-state.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { standingCredentials } from "../../worker/store/identities.ts";
import { meetingRunStatements } from "../../worker/store/meeting-runs.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { notifyRunEvents } from "../../worker/webhooks/notify-run-events.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import { attemptsIn } from "./attempt.ts";
import { CodeMode } from "./code-mode.ts";
import { EffectStorage } from "./effect-storage.ts";
import { engineFor } from "./engine.ts";
import { tryEngine } from "./engine-trial.ts";
import { forkSpec, hostCallsOf } from "./fork.ts";
import { ModelCalls } from "./model-calls.ts";
import { ModelStorage } from "./model-storage.ts";
import { OutputLog } from "./output-log.ts";
import { ProcessingStorage } from "./processing-storage.ts";
import { logFieldsOf, meetingRunRow, toDetail } from "./projection.ts";
import { recordedRun, replayRun } from "./replay.ts";
import type { FinishedRun, LaneAnswer, RunExecutorRpc } from "./rpc.ts";
import { RunCore } from "./run-core.ts";
import { RECHECK_MS, RunSockets } from "./sockets.ts";
import { ExecutorStorage } from "./storage.ts";

export class RunExecutor extends DurableObject<Env> implements RunExecutorRpc {
  readonly #logger: Logger;
  readonly #storage: ExecutorStorage;
  readonly #log: OutputLog;
  readonly #sockets: RunSockets;
  readonly #wakeUp: WakeUp;
  readonly #models: ModelCalls;
  readonly #code: CodeMode;
  readonly #processing: ProcessingStorage;
  readonly #core: RunCore;
  #replaying: Promise<ReplayVerdict> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#logger = createLogger(config.logLevel, config.logFormat);
    this.#storage = new ExecutorStorage(ctx.storage);
    this.#log = new OutputLog(ctx.storage.sql);
    const db = openDatabase(env.DB);
    this.#sockets = new RunSockets({
      ctx,
      log: this.#log,
      clock: systemClock,
      standing: (names) => standingCredentials(db, this.#storage.run!.spec.workspaceId, names, systemClock.now()),
      onFault: (error) =>
        this.#logger
          .with(logFieldsOf(this.#storage.run!))
          .warn("the credentials of those who watch could not be looked up", { error }),
      isAwake: () => this.#storage.run?.state.name === "running",
    });
    this.#wakeUp = new WakeUp(ctx.storage, systemClock);
    const sender = (endpointId: string) => env.WEBHOOK_SENDER.get(env.WEBHOOK_SENDER.idFromName(endpointId));
    const source = () => ({ kind: "run" as const, id: this.#storage.run!.spec.id });
    const workspace = () => this.#storage.run!.spec.workspaceId;
    this.#models = new ModelCalls({
      ...{ storage: new ModelStorage(ctx.storage), clock: systemClock },
      provider: () => providerOf(dependenciesOf(env), workspace(), source(), this.#budgetSubjects()),
    });
    this.#code = new CodeMode({
      storage: new EffectStorage(ctx.storage),
      ...{ db, clock: systemClock, random: systemRandom },
      run: () => this.#storage.run!.spec,
    });
    const processing = new ProcessingStorage(ctx.storage);
    this.#processing = processing;
    const attempt = attemptsIn(env, {
      ...{ models: this.#models, code: this.#code },
      meetings: {
        storage: processing,
        provider: (name) => providerOfNamed(dependenciesOf(env), workspace(), source(), name, this.#budgetSubjects()),
        putProgram: (files) => this.#storage.putProgram(files),
      },
    });
    this.#core = new RunCore({
      storage: this.#storage,
      events: this.#log,
      audience: this.#sockets,
      db,
      clock: systemClock,
      wakeUp: this.#wakeUp,
      log: this.#logger,
      attempt: (request) => {
        // What was saved before it began counts for it, wherever that was.
        dependenciesOf(env).knownKeys.forget(workspace());
        return attempt(request);
      },
      alongside: (run) => {
        const row = meetingRunRow(run, processing.record, this.#code.sheet());
        return [
          ...(row ? meetingRunStatements(db, row) : []),
          ...(hasEnded(run.state) ? this.#decisionStatements() : []),
        ];
      },
      lane: ({ workspaceId, lane }) => env.RUN_QUEUE.get(env.RUN_QUEUE.idFromName(laneObjectName(workspaceId, lane))),
      announce: (run, subscribers) => {
        const around = { result: undefined, receipt: null, lastSeq: this.#log.lastSeq };
        const told = toDetail(run, around, null);
        return notifyRunEvents(sender, subscribers, run.spec.workspaceId, told, run.progress.announced);
      },
    });
  }

  async submit(spec: RunSpec): Promise<Result<RunDetail>> {
    return this.#core.submit(spec);
  }

  async execute(spec: RunSpec): Promise<Result<FinishedRun>> {
    return this.#core.execute(spec);
  }

  async claim(epoch: number): Promise<LaneAnswer> {
    return this.#core.claim(epoch);
  }

  async cancel(): Promise<Result<RunDetail>> {
    return this.#core.cancel();
  }

  async withdraw(reason: string): Promise<Result<"withdrawn" | "started">> {
    return this.#core.withdraw(reason);
  }

  async expire(): Promise<LaneAnswer> {
    return this.#core.expire();
  }

  async amend(issue: Issue, priority: Priority): Promise<Result<"amended" | "started">> {
    return this.#core.amend(issue, priority);
  }

  async describe(): Promise<RunDetail | null> {
    const detail = await this.#core.describe();
    if (!detail) return null;
    const { spec, state } = this.#storage.run!;
    const phases = spec.kind === "meeting" ? { steps: processingSteps(this.#processing.phases, state) } : {};
    return { ...detail, ...phases, budgetWait: this.#models.waiting };
  }

  async decideBudget(decision: "finish-cheaply" | "ask-again"): Promise<Result<RunDetail>> {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (hasEnded(run.state)) return fail("run-finished", `The run has already ended as ${run.state.name}.`);
    if (decision === "finish-cheaply") this.#models.finishCheaply();
    else this.#models.askAgain();
    return succeed((await this.describe())!);
  }

  /** What the run's calls of models count in, besides the workspace. */
  #budgetSubjects(): readonly BudgetSubject[] {
    const { id, lane, agent } = this.#storage.run!.spec;
    const repository = repositoryOf(lane);
    return [
      { kind: "run", id },
      ...(repository === null ? [] : [{ kind: "repository" as const, id: repository }]),
      ...(agent === undefined ? [] : [{ kind: "agent" as const, id: agent }]),
    ];
  }

  async reprioritise(priority: Priority): Promise<Result<RunDetail>> {
    return this.#core.reprioritise(priority);
  }

  async reproject(): Promise<"written" | "absent" | "away"> {
    return this.#core.reproject();
  }

  async tryEngine(name: EngineName, timeoutMs: number): Promise<void> {
    await tryEngine(engineFor(name, this.env), name, { timeoutMs, clock: systemClock });
  }

  async replay(): Promise<Result<ReplayVerdict>> {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (!hasEnded(run.state)) return fail("run-active", "Wait for the run's end, or cancel it, then replay it.");
    const recorded = run.spec.kind !== "issue" ? recordedRun(run.state, this.#storage, this.#log) : null;
    if (!recorded || run.spec.kind === "issue")
      return fail("not-replayable", "The run left no journal: its program never came to an end of its own.");
    const engine = engineFor(LANGUAGE_TABLE[run.spec.program.language].engine, this.env);
    // Whoever asks meanwhile gets the same answer.
    this.#replaying ??= replayRun(recorded, run.spec, engine, systemClock).finally(() => {
      this.#replaying = null;
    });
    try {
      return succeed(await this.#replaying);
    } catch (error) {
      this.#logger.with(logFieldsOf(run)).error("the engine failed in a replay", { error });
      return fail("internal", "The sandbox failed in a way that is not this program's fault. It was logged.");
    }
  }

  async effectSheet(): Promise<Result<EffectSheet>> {
    return this.#storage.run ? succeed(this.#code.sheet()) : fail("not-found", "There is no such run.");
  }

  async decideEffects(request: DecisionRequest, by: string): Promise<Result<EffectSheet>> {
    return this.#refusedSheet() ?? this.#decided(await this.#code.decide(request, by));
  }

  async applyEffects(by: string): Promise<Result<EffectSheet>> {
    return this.#refusedSheet() ?? this.#decided(await this.#code.apply(by));
  }

  async undoEffects(by: string): Promise<Result<EffectSheet>> {
    return this.#refusedSheet() ?? this.#decided(await this.#code.undo(by));
  }

  /** Carries what was decided to D1. Where that is away, it follows as the rest of the run does. */
  async #decided(sheet: Result<EffectSheet>): Promise<Result<EffectSheet>> {
    if (!sheet.ok) return sheet;
    try {
      const statements = this.#decisionStatements();
      if (statements.length > 0) await this.env.DB.batch(statements);
    } catch (error) {
      this.#logger.with(logFieldsOf(this.#storage.run!)).warn("decisions are not listed yet", { error });
      await this.#core.reproject();
    }
    return sheet;
  }

  /** Copies what was decided on the sheet, where the run is about a meeting. */
  #decisionStatements(): D1PreparedStatement[] {
    const { spec } = this.#storage.run!;
    const meetingId = spec.kind === "issue" ? null : (spec.grants.code?.meetingId ?? null);
    return meetingId === null ? [] : this.#code.decisionStatements(meetingId);
  }

  async supersede(runId: string): Promise<void> {
    this.#code.supersede(runId);
  }

  async hostCalls(from: number, count: number): Promise<Result<HostCallPage>> {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    return hasEnded(run.state)
      ? hostCallsOf(this.#storage, from, count)
      : fail("run-active", "The program still runs: its host calls are listed when it has ended.");
  }

  async forkSpec(wish: ForkWish): Promise<Result<RunSpec>> {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    if (!hasEnded(run.state)) return fail("run-active", "Wait for the run's end, or cancel it, then fork it.");
    return forkSpec(run.spec, this.#storage, this.#code.sheet(), wish);
  }

  #refusedSheet(): Failure | null {
    const run = this.#storage.run;
    if (!run) return fail("not-found", "There is no such run.");
    return hasEnded(run.state) ? null : fail("run-active", "The program still runs: decide when it has ended.");
  }

  /** `/log.txt`, or `/stream?after=seq` as a WebSocket upgrade. Who may read was checked by the route. */
  override async fetch(request: Request): Promise<Response> {
    const run = this.#storage.run;
    if (!run) return new Response(null, { status: 404 });
    const { pathname, searchParams: query } = new URL(request.url);
    if (pathname === "/log.txt") return new Response(this.#log.text());
    if (this.#sockets.isFull()) return new Response(null, { status: 429 });
    const end = hasEnded(run.state) ? { seq: this.#log.lastSeq, state: run.state.name } : null;
    const hibernates = run.state.name === "queued";
    const [after, credential] = [Number(query.get("after")), query.get("credential") as Credential];
    const webSocket = this.#sockets.accept({ after, credential, end, hibernates });
    if (hibernates) await this.#wakeUp.within(RECHECK_MS);
    return new Response(null, { status: 101, webSocket });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#sockets.message(socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.closed(socket, code);
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    await this.#core.alarm();
  }
}
