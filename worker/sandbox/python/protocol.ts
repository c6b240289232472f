/**
 * What the host of a run and the isolate that runs it say to each other. The isolate is a machine that depends on
 * nothing but its request and the answers to its exchanges, so the host alone knows the time, decides when to stop, and
 * writes the journal. What comes from the isolate was chosen by the program and is checked in `report.ts`.
 */
import type { DroppedOutput } from "../../domain/dropped-output.ts";
import type { OutputStream } from "../engine.ts";

/** All that an isolate is given. */
export interface IsolateRequest {
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly seed: string;
  readonly fuel: number;
  readonly memoryBytes: number;
  readonly outputBytes: number;
}

export interface OutputPiece {
  readonly stream: OutputStream;
  readonly text: string;
}

/** What an isolate says whenever it pauses. */
export interface Exchange {
  readonly output: readonly OutputPiece[];
  /** Units used since the start. */
  readonly fuel: number;
  /** Whether the program looked at its clock since the exchange before. */
  readonly looked: boolean;
  /** 0 to yield only. */
  readonly sleepMs: number;
}

export interface Answer {
  /** In milliseconds since 1970; the guest's clock until the next exchange. */
  readonly now: number;
  /** The guest must end. */
  readonly stop: boolean;
}

/** The host's side, called by the isolate. */
export interface PythonHost {
  /** False when the run was cancelled while it waited for its turn. */
  isWanted(): Promise<boolean>;
  /** The first exchange, when Python is ready: from here on the run's time counts. */
  begin(): Promise<Answer>;
  exchange(exchange: Exchange): Promise<Answer>;
}

/** Where the program was, and how Python shows it. */
export interface Trace {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly text: string | null;
}

export interface Failure extends Trace {
  readonly name: string;
  readonly message: string;
  /** The module that an import did not find; null for other failures. */
  readonly missingModule: string | null;
  /** Whether Python could not read one of the program's files. */
  readonly isSyntax: boolean;
}

export type Ending =
  /** `result` is JSON text, or null when there is none. */
  | { readonly kind: "completed"; readonly result: string | null }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** `null` where the host told it to stop. */
  | { readonly kind: "stopped"; readonly limit: "fuel" | "output" | "memory" | "stack" | null; readonly trace: Trace }
  /** The engine itself failed. */
  | { readonly kind: "broken"; readonly message: string };

export interface Report extends Exchange {
  readonly ending: Ending;
  readonly memoryBytes: number;
  /** What the program wrote beyond its output limit. */
  readonly dropped: DroppedOutput;
}

/** What the Python Worker offers to the main one. */
export interface PythonRunner {
  /** Waits for a free slot, runs the program in an isolate of its own and answers with its {@link Report}; null where it was not wanted. */
  run(request: IsolateRequest, host: PythonHost): Promise<unknown>;
}
