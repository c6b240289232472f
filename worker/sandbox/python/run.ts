/**
 * One run of a Python program, from its request to its outcome.
 * Invariant: whatever the guest does becomes an outcome; what is thrown from here is a bug of the host or a failure of
 * the platform.
 */
import { RpcTarget } from "cloudflare:workers";
import { NOTHING_DROPPED } from "../../domain/dropped-output.ts";
import type { GuestOutcome, LimitName } from "../../domain/guest-outcome.ts";
import type { GuestRequest, GuestResult } from "../engine.ts";
import { limitError } from "../javascript/limits.ts";
import { readResult } from "../javascript/marshal.ts";
import { positionOf, programError } from "./errors.ts";
import { ENGINE_VERSION } from "./generated/version.ts";
import { PYTHON_PACKAGE } from "./package.ts";
import type { Answer, Ending, Failure, IsolateRequest, PythonHost, PythonRunner, Report, Trace } from "./protocol.ts";
import { readReport } from "./report.ts";
import { Session } from "./session.ts";

/** The interpreter cannot start in less: a lower limit counts as this much. */
const MEMORY_BYTES_MIN = PYTHON_PACKAGE.memoryPages * 65_536;
/** An isolate of which nothing is heard for so long after its time is over is given up. */
const SILENCE_MS_MAX = 5_000;
const WATCH_MS = 1_000;
/** What is kept of a fault's own words: a program may have chosen them. */
const FAULT_CHARS = 500;

/** What the isolate calls. */
class SessionTarget extends RpcTarget implements PythonHost {
  readonly #session: Session;

  constructor(session: Session) {
    super();
    this.#session = session;
  }

  isWanted(): Promise<boolean> {
    return this.#session.isWanted();
  }

  begin(): Promise<Answer> {
    return this.#session.begin();
  }

  exchange(said: unknown): Promise<Answer> {
    return this.#session.exchange(said);
  }
}

export async function runProgram(runner: PythonRunner, request: GuestRequest): Promise<GuestResult> {
  const session = new Session(request);
  try {
    const answered = request.signal.aborted ? "unwanted" : await ask(runner, request, session);
    const outcome = outcomeOf(answered, request, session);
    const { fuel, wallMs, outputBytes } = session;
    const memoryBytes = typeof answered === "string" ? 0 : answered.memoryBytes;
    return {
      outcome,
      usage: { fuel, memoryBytes, wallMs, outputBytes, hostCalls: 0 },
      journal: session.journal(ENGINE_VERSION),
      dropped: typeof answered === "string" ? NOTHING_DROPPED : answered.dropped,
    };
  } finally {
    session.dispose();
  }
}

/** What came of asking for a run: its report, no word for too long, or no run because it was cancelled before it began. */
type Answered = Report | "silent" | "unwanted";

async function ask(runner: PythonRunner, request: GuestRequest, session: Session): Promise<Answered> {
  let isOver = false;
  const asked = answerOf(runner, request, session).finally(() => {
    isOver = true;
  });
  // Whoever waits for a turn need not wait for it to be cancelled: the turn is given back when it comes.
  const cancelled = session.aborted.then(() => (session.hasBegun ? asked : "unwanted"));
  const silence = (async () => {
    while (!isOver && session.silentMs < SILENCE_MS_MAX) await request.clock.sleep(WATCH_MS);
    return "silent" as const;
  })();
  const answered = await Promise.race([asked, cancelled, silence]);
  if (typeof answered !== "string") session.accept(answered);
  return answered;
}

async function answerOf(runner: PythonRunner, request: GuestRequest, session: Session): Promise<Report | "unwanted"> {
  try {
    const answer = await runner.run(isolateRequest(request), new SessionTarget(session));
    if (answer === null && request.signal.aborted) return "unwanted";
    // Our own code says nothing but reports: the program has made it say something else.
    const report = readReport(answer, request.limits.outputBytes) ?? {
      ...NOTHING_SAID,
      ending: { kind: "failed", failure: FORGED_REPORT },
    };
    // An answer holds on to the isolate that gave it, as long as the caller lives, unless it is given back.
    (answer as Partial<Disposable> | null | undefined)?.[Symbol.dispose]?.();
    return report;
  } catch (error) {
    // The platform ends an isolate that waits for nothing, or that uses more than it may.
    const said = String(error instanceof Error ? error.message : error);
    return broken(`the isolate ended: ${said.slice(0, FAULT_CHARS)}`);
  }
}

function isolateRequest({ program, limits, seed }: GuestRequest): IsolateRequest {
  const { entry, files, args, stdin } = program;
  const memoryBytes = Math.max(limits.memoryBytes, MEMORY_BYTES_MIN);
  return { entry, files, args, stdin, seed, fuel: limits.fuel, memoryBytes, outputBytes: limits.outputBytes };
}

function broken(message: string): Report {
  return { ...NOTHING_SAID, ending: { kind: "broken", message } };
}

const NOTHING_SAID = { output: [], fuel: 0, looked: false, sleepMs: 0, memoryBytes: 0, dropped: NOTHING_DROPPED };
const NO_TRACE: Trace = { file: null, line: null, column: null, text: null };
const FORGED_REPORT: Failure = {
  ...{ name: "Error", message: "the program broke the report of how it ended", missingModule: null, isSyntax: false },
  ...NO_TRACE,
};

function outcomeOf(answered: Answered, request: GuestRequest, session: Session): GuestOutcome {
  if (answered === "unwanted") return { kind: "cancelled" };
  if (session.wasForged) return threw(FORGED_REPORT, request);
  if (answered === "silent") return givenUp(request, session);
  const { ending } = answered;
  if (ending.kind === "stopped") return stopped(ending, request, session);
  // A program that hides a stop, or more output than it may write, has not ended well.
  if (session.stop !== null) return stopped({ kind: "stopped", limit: null, trace: NO_TRACE }, request, session);
  if (session.outputIsOver) return limit("output", NO_TRACE, request);
  if (ending.kind === "failed") return threw(ending.failure, request);
  if (ending.kind === "broken") return fault(ending.message);
  const result = readResult(ending.result);
  return { kind: "completed", result: result.kind === "value" ? result.value : undefined };
}

/** The end of a run whose isolate does not end. */
function givenUp(request: GuestRequest, session: Session): GuestOutcome {
  if (!session.hasBegun) return fault("Python did not start in time");
  if (session.stop?.reason === "cancelled") return { kind: "cancelled" };
  const { error, ...reached } = limit("time", NO_TRACE, request);
  const message = `${error.message}. It did not stop when it was told to, and was given up.`;
  return { ...reached, error: { ...error, message } };
}

function fault(message: string): GuestOutcome {
  const error = { name: "EngineFault", message: `the engine failed: ${message}` };
  const nowhere = { file: null, line: null, column: null, stack: null };
  return { kind: "threw", error: { category: "infrastructure", ...error, ...nowhere } };
}

function threw(failure: Failure, { program }: GuestRequest): GuestOutcome {
  return { kind: "threw", error: programError(failure, program) };
}

function stopped(
  { limit: reached, trace }: Extract<Ending, { kind: "stopped" }>,
  request: GuestRequest,
  { stop }: Session,
): GuestOutcome {
  if (reached !== null) return limit(reached, trace, request);
  return stop?.reason === "time" ? limit("time", trace, request) : { kind: "cancelled" };
}

function limit(reached: LimitName, trace: Trace, { limits, program }: GuestRequest) {
  const error = { ...limitError(reached, limits), ...positionOf(trace, program) };
  return { kind: "limit", limit: reached, error } as const;
}
