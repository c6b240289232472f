/**
 * What the processing of a meeting needs of the world: models, the checker, the sandbox, and a place where each finished
 * step is kept. No environment and no store: a run's object supplies them, and a test its own.
 */
import type { GuestOutcome, JsonValue } from "../domain/guest-outcome.ts";
import type {
  MeasuredCall,
  ProcessingFailure,
  ProcessingPhase,
  ProcessingVersion,
} from "../domain/meeting-processing.ts";
import type { Clock } from "../domain/ports.ts";
import type { ModelTool, Provider } from "../llm/provider.ts";

/** Stories that are told with a meeting: some 50 tokens each. */
export const KNOWN_STORIES_MAX = 50;

export interface SpokenUtterance {
  readonly index: number;
  /** Null where the transcript does not say who spoke. */
  readonly speaker: string | null;
  readonly startMs: number | null;
  readonly text: string;
}

/** A story of the workspace that somebody named in the meeting. */
export interface KnownStory {
  readonly key: string;
  readonly title: string;
  readonly status: string;
  readonly points: number | null;
}

export interface ProcessedMeeting {
  readonly id: string;
  readonly title: string;
  /** ISO 8601; null where nobody said when it took place. */
  readonly heldAt: string | null;
  readonly participants: readonly string[];
  readonly utterances: readonly SpokenUtterance[];
  /** At most {@link KNOWN_STORIES_MAX}; others have to be looked for. */
  readonly stories: readonly KnownStory[];
}

export type ProgramCheck =
  | { readonly kind: "passed" }
  /** `errors` is what a model reads of them. */
  | { readonly kind: "failed"; readonly errors: string }
  /** The check could not be made, which is not the program's fault. */
  | { readonly kind: "not-checked"; readonly message: string };

/** What a call of a tool gives back to the model. */
export type ToolAnswer =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly message: string };

/** The capabilities that a processing may use, in the two forms in which models see them. */
export interface OfferedCapabilities {
  /** TypeScript. */
  readonly declarations: string;
  readonly tools: readonly ModelTool[];
  /** The capability that a tool stands for; null for a name that was not offered. */
  readonly capabilityOf: (tool: string) => string | null;
}

/** Results of finished steps by their names, kept before the next begins: what was paid for is not asked for again. */
export interface KeptSteps {
  get(name: string): unknown;
  put(name: string, value: unknown): void;
}

export type PhaseNews =
  | { readonly type: "begin"; readonly phase: ProcessingPhase }
  | { readonly type: "end"; readonly phase: ProcessingPhase; readonly isOk: boolean }
  /** A sentence for those who watch. */
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "call"; readonly call: MeasuredCall }
  /** What the model wrote so far of the answer that it is writing. */
  | { readonly type: "text"; readonly text: string }
  /** A program that is about to be checked and executed; the last one told is the run's. */
  | { readonly type: "program"; readonly program: string };

export interface ProcessingPorts {
  readonly provider: Provider;
  /** Who looks at a program before it runs. */
  readonly reviewer: Provider;
  readonly clock: Clock;
  readonly capabilities: OfferedCapabilities;
  readonly kept: KeptSteps;
  readonly signal: AbortSignal;
  tell(news: PhaseNews): void;
  check(program: string): Promise<ProgramCheck>;
  /**
   * Runs the program with the capabilities. In review, what one that did not complete has asked for is dropped.
   * What it came to is kept before it is told, with all that the run's end needs of it: one that has ended never runs again.
   * @param number counts the programs of this processing, from 1
   */
  execute(program: string, number: number): Promise<GuestOutcome>;
  /** Calls a capability for v1. @param call counts the calls, from 0 */
  callTool(capability: string, input: unknown, call: number): Promise<ToolAnswer>;
}

export interface ProcessingOptions {
  readonly thinking: boolean;
  readonly reviewByModel: boolean;
}

export type Processed =
  | {
      readonly kind: "processed";
      readonly version: ProcessingVersion;
      /** Null for v1. */
      readonly program: string | null;
      /** What the program exported, or what the model said at last. */
      readonly result: JsonValue | undefined;
      readonly calls: readonly MeasuredCall[];
    }
  | {
      readonly kind: "failed";
      readonly version: ProcessingVersion;
      readonly reason: ProcessingFailure;
      /** For people: what happened, and what can be done. */
      readonly sentence: string;
      /** The last program that there was; null for none. */
      readonly program: string | null;
      /** How the last one that ran has ended; null where none did. */
      readonly outcome: GuestOutcome | null;
      readonly calls: readonly MeasuredCall[];
    };
