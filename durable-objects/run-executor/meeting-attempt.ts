/**
 * One attempt at a run that processes a meeting: gives the steps of worker/meetings what they need of this object, and
 * makes of what came of them how the run ends.
 *
 * Invariant: what a program that was lost or mended has written is never taken for another program's: writes of each are
 * numbered behind those of the one before.
 */

import type { MeetingView } from "../../worker/capabilities/code/implementations.ts";
import { grantedCapabilities } from "../../worker/capabilities/granted.ts";
import { type Capability, CapabilityError } from "../../worker/domain/capability.ts";
import type { Failure, Result } from "../../worker/domain/errors.ts";
import type { GuestOutcome, JsonValue, ProgramError, Usage } from "../../worker/domain/guest-outcome.ts";
import { type MeasuredCall, type ProcessingFailure, totalsOf } from "../../worker/domain/meeting-processing.ts";
import { once } from "../../worker/domain/once.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import {
  type PhaseRecord,
  phaseBegan,
  phaseCalled,
  phaseEnded,
  phaseUnderWay,
} from "../../worker/domain/processing-steps.ts";
import type { ReceiptCheck } from "../../worker/domain/receipt.ts";
import { infrastructureError } from "../../worker/domain/run-state.ts";
import { DEFAULT_MODEL_ALIAS } from "../../worker/llm/chat-completion-request.ts";
import type { Provider } from "../../worker/llm/provider.ts";
import { mentionedKeys } from "../../worker/meetings/mentioned-keys.ts";
import {
  KNOWN_STORIES_MAX,
  type KnownStory,
  type OfferedCapabilities,
  type PhaseNews,
  type Processed,
  type ProcessingPorts,
  type ProgramCheck,
  type ToolAnswer,
} from "../../worker/meetings/ports.ts";
import { processMeeting } from "../../worker/meetings/process-meeting.ts";
import { renderDeclarations } from "../../worker/program/declarations.ts";
import { renderTools } from "../../worker/program/tools.ts";
import type { TypeCheck, TypeChecker } from "../../worker/program/type-check.ts";
import type { Engine, GuestResult } from "../../worker/sandbox/engine.ts";
import { type AttemptRequest, type AttemptResult, NO_USAGE, type OnOutput } from "./attempt-port.ts";
import type { CodeMode } from "./code-mode.ts";
import { NO_MODEL } from "./model-calls.ts";
import type { ProcessingStorage } from "./processing-storage.ts";
import { NO_NETWORK } from "./program-network.ts";
import { receiptOf } from "./program-receipt.ts";
import type { StoredMeeting } from "./storage.ts";

export interface MeetingPorts {
  readonly code: CodeMode;
  readonly storage: ProcessingStorage;
  readonly checker: TypeChecker;
  readonly engine: Engine;
  /**
   * The workspace's provider of the model of this name, each of whose calls counts in this run's budgets.
   * `model-not-found` where the name means none, any more.
   */
  readonly provider: (name: string) => Promise<Result<Provider>>;
  /** Stands still while a call waits for a decision about its budget. */
  readonly waitingClock: Clock;
  /** Keeps a program as that of the run. */
  readonly putProgram: (files: Readonly<Record<string, string>>) => void;
}

/** A program that has come to its end, and what its types were found to be before. */
interface ExecutedProgram {
  readonly program: string;
  readonly check: ReceiptCheck | null;
  readonly result: GuestResult;
}

type MeetingRequest = Omit<AttemptRequest, "spec"> & { readonly spec: StoredMeeting };

export async function attemptMeeting(ports: MeetingPorts, request: MeetingRequest): Promise<AttemptResult> {
  const { plan } = request.spec;
  const asked = ports.provider(plan.model ?? DEFAULT_MODEL_ALIAS);
  const [meeting, provider, reviewer] = await Promise.all([
    ports.code.meeting(plan.meetingId),
    asked,
    // Tool calls are not reviewed. Plans from before reviewers had names have none.
    plan.reviewModel && plan.version === "v2" ? ports.provider(plan.reviewModel) : asked,
  ]);
  if (!meeting) {
    const error = { ...infrastructureError("The meeting was deleted.", "NotFoundError"), category: "runtime" as const };
    return { outcome: { kind: "threw", error }, usage: NO_USAGE };
  }
  if (!provider.ok) return unasked(provider);
  if (!reviewer.ok) return unasked(reviewer);
  const work = new MeetingAttempt(ports, request, { meeting, provider: provider.value, reviewer: reviewer.value });
  const told = { ...meeting, stories: await knownStories(ports, meeting) };
  const processed = await processMeeting(work.ports(), told, plan);
  const { calls, fellBackFrom, version } = processed;
  ports.storage.putRecord({ calls, fellBackFrom, usedVersion: version });
  return work.result(processed);
}

/** Nobody is asked where one of the models is gone: half of a processing would be paid for nothing. */
function unasked({ detail }: Failure): AttemptResult {
  return { outcome: { kind: "threw", error: infrastructureError(detail, "ModelError") }, usage: NO_USAGE };
}

/** Keys that are looked up: with fewer of them in the tracker than are told, some may be left out. */
const KEYS_MAX = 90;

/** As they were when the meeting was first told of: a model that answered then is not told otherwise later. */
async function knownStories({ code, storage }: MeetingPorts, meeting: MeetingView): Promise<readonly KnownStory[]> {
  const kept = storage.get("known-stories") as readonly KnownStory[] | undefined;
  if (kept !== undefined) return kept;
  const found = await code.stories(mentionedKeys(meeting.utterances, KEYS_MAX));
  const known = found
    .slice(0, KNOWN_STORIES_MAX)
    .map(({ key, title, status, points }) => ({ key: key!, title, status, points }));
  storage.put("known-stories", known);
  return known;
}

class MeetingAttempt {
  readonly #ports: MeetingPorts;
  readonly #request: MeetingRequest;
  readonly #meeting: MeetingView;
  readonly #models: Pick<ProcessingPorts, "provider" | "reviewer">;
  #calls: readonly MeasuredCall[] = [];
  #executed: ExecutedProgram | null = null;
  #checked: ReceiptCheck | null = null;
  #phases: readonly PhaseRecord[];
  readonly #declarations: string;
  #tools: ReadonlyMap<string, Capability> | null = null;
  #toolCalls = 0;

  constructor(
    ports: MeetingPorts,
    request: MeetingRequest,
    { meeting, ...models }: { readonly meeting: MeetingView } & Pick<ProcessingPorts, "provider" | "reviewer">,
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#meeting = meeting;
    this.#models = models;
    this.#declarations = renderDeclarations(this.#names);
    // One that a lost attempt was in did not come to its end.
    const { phases } = ports.storage;
    for (const { phase, finishedAt } of phases) if (finishedAt === null) request.onStep(phase, "failed");
    this.#phases = phaseEnded(phases, "failed", request.clock.now());
  }

  ports(): ProcessingPorts {
    const { signal } = this.#request;
    const clock = this.#ports.waitingClock;
    return {
      ...{ clock, signal, kept: this.#ports.storage, ...this.#models },
      capabilities: this.#offered(),
      tell: (news) => this.#tell(news),
      check: (program) => this.#check(program),
      execute: (program, number) => this.#execute(program, number),
      callTool: (capability, input, call) => this.#callTool(capability, input, call),
    };
  }

  get #names(): readonly string[] {
    return this.#request.spec.grants.code?.capabilities ?? [];
  }

  /** A program is written without tools: they are rendered where somebody asks for them. */
  #offered(): OfferedCapabilities {
    const rendered = once(() => renderTools(this.#names));
    return {
      declarations: this.#declarations,
      get tools() {
        return rendered().tools;
      },
      capabilityOf: (tool) => rendered().nameOf(tool),
    };
  }

  async result(processed: Processed): Promise<AttemptResult> {
    const { calls, inputTokens, outputTokens, costMicros } = totalsOf(processed.calls);
    const models = calls === 0 ? {} : { models: { calls, inputTokens, outputTokens, costMicros } };
    // Tool calls are calls of the host, without a program that makes them.
    const executed = processed.version === "v2" ? this.#executed : null;
    const used: Usage = executed?.result.usage ?? { ...NO_USAGE, hostCalls: this.#toolCalls };
    const made = await this.#madeBy(executed, processed);
    return { outcome: outcomeOf(processed), usage: { ...used, ...models }, ...made };
  }

  /** What is on record about the program that ran: it is the run's, also where one came after it that was not to run. */
  async #madeBy(
    executed: ExecutedProgram | null,
    { program: last, calls }: Processed,
  ): Promise<Pick<AttemptResult, "receipt" | "journal" | "dropped">> {
    if (executed === null) return {};
    const { program, check, result } = executed;
    const files = this.#filesOf(program);
    if (last !== program) this.#ports.putProgram(files);
    const receipt = await receiptOf(files, result, { check, isMock: calls.some((call) => call.isMock) });
    return { receipt, journal: result.journal, dropped: result.dropped };
  }

  #tell(news: PhaseNews): void {
    const { onStep, clock, signal } = this.#request;
    switch (news.type) {
      case "begin":
        this.#note(phaseBegan(this.#phases, news.phase, clock.now()));
        return onStep(news.phase, "running");
      case "end":
        this.#note(phaseEnded(this.#phases, endOf(news.isOk, signal), clock.now()));
        return onStep(news.phase, endOf(news.isOk, signal));
      case "note":
        return this.#output("system", `${news.text}\n`);
      case "call":
        this.#calls = [...this.#calls, news.call];
        this.#ports.storage.putRecord({ calls: this.#calls, usedVersion: null, fellBackFrom: null });
        this.#note(phaseCalled(this.#phases, news.call));
        return this.#output("system", `${callSentence(news.call)}\n`);
      case "program":
        return this.#ports.putProgram(this.#filesOf(news.program));
      case "text":
        return;
    }
  }

  /** Belongs to the phase that is under way. */
  readonly #output: OnOutput = (stream, text) => {
    this.#request.onOutput(stream, text, phaseUnderWay(this.#phases));
  };

  #note(phases: readonly PhaseRecord[]): void {
    this.#phases = phases;
    this.#ports.storage.putPhases(phases);
  }

  #filesOf(program: string): Readonly<Record<string, string>> {
    return { [this.#request.spec.program.entry]: program };
  }

  async #check(program: string): Promise<ProgramCheck> {
    const { entry } = this.#request.spec.program;
    const asked = { files: this.#filesOf(program), entry, declarations: this.#declarations };
    try {
      const checked = await this.#ports.checker.check(asked);
      this.#checked = receiptCheckOf(checked);
      if (checked.kind === "not-checked") return { kind: "not-checked", message: checked.message };
      const errors = checked.diagnostics
        .slice(0, ERRORS_TOLD)
        .map(
          ({ line, column, code, message, lineText }) =>
            `${line}:${column} TS${code}: ${message}\n    ${lineText.trim()}`,
        );
      return errors.length === 0 ? { kind: "passed" } : { kind: "failed", errors: errors.join("\n") };
    } catch {
      this.#checked = { by: null, result: "not-checked" };
      return { kind: "not-checked", message: "the checker cannot be reached" };
    }
  }

  async #execute(program: string, number: number): Promise<GuestOutcome> {
    const { storage } = this.#ports;
    const name = `executed:${number}`;
    const known = storage.get(name) as ExecutedProgram | undefined;
    this.#executed = known ?? { program, check: this.#checked, result: await this.#run(program, number) };
    const { outcome } = this.#executed.result;
    // One that was stopped is begun again when the run is.
    if (known === undefined && outcome.kind !== "cancelled") storage.put(name, this.#executed);
    return outcome;
  }

  #run(program: string, number: number): Promise<GuestResult> {
    const { spec, clock, signal } = this.#request;
    const onOutput = this.#output;
    const { limits, seed, grants, program: fixed } = spec;
    const execution = this.#ports.engine.execute({
      ...{ limits, seed, clock, onOutput, signal, replay: null, context: grants.code!.context },
      program: { ...fixed, files: this.#filesOf(program), stdin: "" },
      onNotice: (text) => onOutput("system", `${text}\n`),
      // The same as any program has, in the same order: a replay offers them so.
      capabilities: [
        ...grantedCapabilities(grants, { fetch: NO_NETWORK, generate: NO_MODEL }),
        ...this.#begin(`program-${number}`),
      ],
    });
    return execution.finally(() => this.#ports.code.store());
  }

  /** What this part of the run may call. */
  #begin(part: string): readonly Capability[] {
    const { code } = this.#request.spec.grants;
    const beginning = { written: this.#writtenBefore(part), meeting: this.#meeting };
    return this.#ports.code.begin(code!, NO_NETWORK, beginning).capabilities;
  }

  /** The number of the last write before this part of the run began, also where a part is begun again after a crash. */
  #writtenBefore(part: string): number {
    const { storage, code } = this.#ports;
    const name = `written-before:${part}`;
    const known = storage.get(name) as number | undefined;
    if (known !== undefined) return known;
    const written = code.sheet().entries.reduce((last, { effect }) => Math.max(last, effect.number), 0);
    const before = this.#request.spec.plan.mode === "review" ? 0 : written;
    storage.put(name, before);
    return before;
  }

  async #callTool(name: string, input: unknown, call: number): Promise<ToolAnswer> {
    const { signal } = this.#request;
    this.#tools ??= new Map(this.#begin("tools").map((capability) => [capability.name, capability]));
    const capability = this.#tools.get(name);
    if (!capability) return { ok: false, message: `${name} was not granted` };
    this.#toolCalls += 1;
    try {
      const value = await capability.call(input, { signal, received: () => {}, call, line: null });
      return { ok: true, value: value as JsonValue };
    } catch (error) {
      if (error instanceof CapabilityError) return { ok: false, message: `${error.name}: ${error.message}` };
      throw error;
    } finally {
      this.#ports.code.store();
    }
  }
}

function receiptCheckOf(checked: TypeCheck): ReceiptCheck {
  if (checked.kind === "not-checked") return { by: null, result: "not-checked" };
  return { by: checked.by, result: checked.diagnostics.length === 0 ? "passed" : "failed" };
}

function endOf(isOk: boolean, { aborted }: AbortSignal) {
  return isOk ? "succeeded" : aborted ? "cancelled" : "failed";
}

/** Type errors that a model is told at once: the others follow from them, as a rule. */
const ERRORS_TOLD = 20;

const FAILURES: Readonly<Record<Exclude<ProcessingFailure, "cancelled">, Pick<ProgramError, "category" | "name">>> = {
  "no-answer": { category: "infrastructure", name: "ModelError" },
  "no-program": { category: "syntax", name: "NoProgramError" },
  "does-not-compile": { category: "type", name: "TypeCheckError" },
  threw: { category: "runtime", name: "ProgramError" },
  limit: { category: "resource", name: "LimitError" },
};

function outcomeOf(processed: Processed): GuestOutcome {
  if (processed.kind === "processed") return { kind: "completed", result: processed.result };
  const { reason, sentence, outcome } = processed;
  if (reason === "cancelled") return { kind: "cancelled" };
  // What ran is the run's, and so is its end, whatever came of mending it: a replay comes to the same.
  if (outcome !== null) return outcome;
  return { kind: "threw", error: { ...infrastructureError(sentence), ...FAILURES[reason] } };
}

const MICROS = 1_000_000;

function callSentence({
  phase,
  model,
  inputTokens,
  outputTokens,
  costMicros,
  latencyMs,
  isMock,
  failure,
}: MeasuredCall) {
  if (failure !== null) return `The model could not answer: ${failure}`;
  const cost = isMock ? "Mock: no model was called" : costMicros === null ? "cost unknown" : `$${costMicros / MICROS}`;
  const seconds = (latencyMs / 1_000).toFixed(1);
  return `${phase}: ${model}, ${inputTokens} tokens in, ${outputTokens} out, ${cost}, ${seconds} s.`;
}
