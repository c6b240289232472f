/**
 * One question to a model within the processing of a meeting: the whole answer, what it used, what it did cost and how
 * long it took, kept before anything is done with it. An answer that was kept by an earlier attempt is not paid for again.
 */
import type { MeasuredCall, ProcessingPhase, ProcessingVersion } from "../domain/meeting-processing.ts";
import { StoppedWaitError } from "../llm/call-cost.ts";
import {
  isNotice,
  type MalformedToolCall,
  type MessagePart,
  ModelError,
  type ModelErrorReason,
  type ModelEvent,
  type ModelRequest,
  type ModelUsage,
  type Provider,
  type StopReason,
  type ToolCallPart,
} from "../llm/provider.ts";
import type { ProcessingPorts } from "./ports.ts";

/** All of a whole answer. */
export interface Answer {
  readonly kind: "answer";
  readonly text: string;
  /** What goes back to the model as its own message; without calls that could not be read. */
  readonly parts: readonly MessagePart[];
  /** In the order in which the model asked. */
  readonly toolCalls: readonly (ToolCallPart | MalformedToolCall)[];
  readonly stopReason: StopReason;
  readonly call: MeasuredCall;
}

export interface NoAnswer {
  readonly kind: "no-answer";
  readonly reason: ModelErrorReason;
  /** Safe to show. */
  readonly sentence: string;
  readonly call: MeasuredCall;
}

export interface Question {
  /** Tells it from the other questions of this processing. */
  readonly name: string;
  readonly version: ProcessingVersion;
  readonly phase: ProcessingPhase;
  readonly provider: Provider;
  /** The provider's own model is asked. */
  readonly request: Omit<ModelRequest, "signal" | "model">;
}

/** Characters of text between two looks of those who watch. */
const TOLD_CHARS = 200;

export async function askModel(ports: ProcessingPorts, question: Question): Promise<Answer | NoAnswer> {
  const known = ports.kept.get(`answer:${question.name}`) as Answer | NoAnswer | undefined;
  if (known !== undefined) return known;
  const answer = await ask(ports, question);
  // A call that was stopped is made again when the run is; what it may have cost is in the workspace's records.
  if (answer.kind === "answer" || answer.reason !== "aborted") ports.kept.put(`answer:${question.name}`, answer);
  ports.tell({ type: "call", call: answer.call });
  return answer;
}

async function ask(ports: ProcessingPorts, question: Question): Promise<Answer | NoAnswer> {
  const { provider } = question;
  const model = provider.defaultModel;
  const startedAt = ports.clock.now();
  const measure = { question, model, provider: provider.name, startedAt };
  const gathered = new Gathered(ports);
  try {
    for await (const event of provider.stream({ ...question.request, model, signal: ports.signal })) {
      if (event.type === "fallback") measure.provider = event.to.provider;
      if (isNotice(event)) ports.tell({ type: "note", text: noticeSentence(event) });
      else if (event.type !== "done") gathered.take(event);
      else return gathered.answer(event.stopReason, measured(ports, { ...measure, done: event }));
    }
    return noAnswer(ports, measure, new ModelError("cut-off", "The model's answer had no end."));
  } catch (error) {
    if (error instanceof ModelError) return noAnswer(ports, measure, error);
    throw error;
  }
}

type Told = Exclude<ModelEvent, { type: "done" | "retry" | "wait" | "fallback" }>;

/** The pieces of an answer that is being written. */
class Gathered {
  readonly #ports: ProcessingPorts;
  readonly #parts: MessagePart[] = [];
  readonly #toolCalls: (ToolCallPart | MalformedToolCall)[] = [];
  #text = "";
  #untold = "";

  constructor(ports: ProcessingPorts) {
    this.#ports = ports;
  }

  take(event: Told): void {
    if (event.type === "text") this.#takeText(event.text);
    else if (event.type === "thought") this.#parts.push(event.part);
    else if (event.type !== "thinking") {
      this.#toolCalls.push(event);
      if (event.type === "tool-call") this.#parts.push(event);
    }
  }

  answer(stopReason: StopReason, call: MeasuredCall): Answer {
    this.#tell();
    const text: MessagePart[] = this.#text === "" ? [] : [{ type: "text", text: this.#text }];
    const isThought = ({ type }: MessagePart) => type === "thinking";
    const thoughts = this.#parts.filter(isThought);
    const calls = this.#parts.filter((part) => !isThought(part));
    const parts = [...thoughts, ...text, ...calls];
    return { kind: "answer", text: this.#text, parts, toolCalls: this.#toolCalls, stopReason, call };
  }

  #takeText(text: string): void {
    this.#text += text;
    this.#untold += text;
    if (this.#untold.length >= TOLD_CHARS) this.#tell();
  }

  #tell(): void {
    if (this.#untold !== "") this.#ports.tell({ type: "text", text: this.#untold });
    this.#untold = "";
  }
}

interface Measure {
  readonly question: Question;
  readonly model: string;
  readonly provider: Provider["name"];
  readonly startedAt: number;
}

type Done = Extract<ModelEvent, { type: "done" }>;

const NO_TOKENS: ModelUsage = {
  ...{ inputTokens: 0, outputTokens: 0, thinkingTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  estimated: false,
};

function measured(ports: ProcessingPorts, { done, ...measure }: Measure & { readonly done: Done }): MeasuredCall {
  return {
    ...callOf(ports, measure, done.usage),
    model: done.model,
    costMicros: done.cost?.micros ?? (measure.provider === "mock" ? 0 : null),
    failure: null,
  };
}

function noAnswer(ports: ProcessingPorts, measure: Measure, error: ModelError): NoAnswer {
  const wasRefused = error.usage === null && !error.isPartial && error.status !== null;
  const wasSent = error.reason !== "over-budget" && !(error instanceof StoppedWaitError);
  const costMicros = wasRefused || !wasSent || measure.provider === "mock" ? 0 : null;
  const call = { ...callOf(ports, measure, error.usage ?? NO_TOKENS), costMicros, failure: error.message };
  return { kind: "no-answer", reason: error.reason, sentence: error.message, call };
}

function callOf({ clock }: ProcessingPorts, { question, model, provider, startedAt }: Measure, usage: ModelUsage) {
  const { version, phase } = question;
  return { version, phase, provider, model, ...usage, latencyMs: clock.now() - startedAt, isMock: provider === "mock" };
}

function noticeSentence(event: Extract<ModelEvent, { type: "retry" | "wait" | "fallback" }>): string {
  switch (event.type) {
    case "wait":
      return event.message;
    case "retry":
      return `Attempt ${event.attempt} at the model failed (${event.reason}); it is asked again in ${event.waitMs} ms.`;
    case "fallback":
      return `${event.from.provider} could not answer (${event.reason}); ${event.to.provider} is asked instead.`;
  }
}
