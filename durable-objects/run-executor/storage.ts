/**
 * The run's durable state: what was accepted, where it stands, and what was already seen through.
 * Synchronous, no logic. Long texts lie in parts, because a row holds 2 MB at most.
 */

import type { Fork, ForkPoint } from "../../worker/domain/fork.ts";
import type { JsonValue } from "../../worker/domain/guest-outcome.ts";
import type { Program } from "../../worker/domain/program.ts";
import type { Receipt } from "../../worker/domain/receipt.ts";
import type { ExecutionSpec, IssueSpec, MeetingSpec, RunSpec } from "../../worker/domain/run-spec.ts";
import type { Progress, RunState } from "../../worker/domain/run-state.ts";
import { joinFiles, splitText, type TextPart } from "../../worker/domain/text-parts.ts";
import type { Journal } from "../../worker/sandbox/journal.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    spec TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS texts (
    name TEXT NOT NULL,
    part INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (name, part)
  ) STRICT, WITHOUT ROWID;
`;

/** Names in the table of texts. A file is stored as `file:` and its name. */
const STDIN = "stdin";
const RESULT = "result";
const JOURNAL = "journal";
const FORK = "fork";
const RECEIPT = "receipt";
const FILE_PREFIX = "file:";

type WithoutTexts<Spec extends { readonly program: Program }> = Omit<Spec, "program" | "fork"> & {
  readonly program: Omit<Program, "files" | "stdin">;
};
export type StoredMeeting = WithoutTexts<MeetingSpec>;
type StoredExecution = WithoutTexts<ExecutionSpec> & { readonly fork?: ForkPoint | undefined };

/** What is fixed about a run, without the long texts. */
export type StoredSpec = StoredExecution | StoredMeeting | IssueSpec;

type RunRow = {
  spec: string;
  state: string;
  version: number;
};

/** Fields that a run which was accepted before they existed does not have. */
const LATER_FIELDS = { expiresAt: null } satisfies Partial<RunSpec>;

function withLaterFields(state: RunState): RunState {
  return state.name === "queued" ? state : { ...state, history: state.history ?? [] };
}

/** All owed work may be repeated, and an ended run is not asked for it again: whether it was done is not worth a write. */
const NOTHING_DONE: Progress = { claimsFrom: null, released: false, projectedVersion: 0, announced: null };

export interface StoredRun {
  readonly spec: StoredSpec;
  readonly state: RunState;
  readonly version: number;
  readonly progress: Progress;
}

/** What an attempt leaves behind besides a state. */
export interface AttemptRemains {
  readonly result?: JsonValue | undefined;
  readonly journal?: Journal | undefined;
  readonly receipt?: Receipt | undefined;
}

export class ExecutorStorage {
  readonly #storage: ObjectStorage;
  #run: StoredRun | null;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    const row = hasTable(storage.sql, "run") ? storage.sql.exec<RunRow>("SELECT * FROM run").toArray()[0] : undefined;
    this.#run = row
      ? {
          spec: { ...LATER_FIELDS, ...JSON.parse(row.spec) },
          state: withLaterFields(JSON.parse(row.state)),
          version: row.version,
          progress: NOTHING_DONE,
        }
      : null;
  }

  /** The run as it is stored, or null before one was accepted. */
  get run(): StoredRun | null {
    return this.#run;
  }

  /** Runs `write` whole or not at all. */
  transaction(write: () => void): void {
    this.#storage.transactionSync(write);
  }

  insert(spec: RunSpec, state: RunState): void {
    this.#storage.sql.exec(SCHEMA);
    const stored = this.#withoutTexts(spec);
    this.#storage.sql.exec(
      "INSERT INTO run (id, spec, state, version) VALUES (1, ?, ?, 1)",
      JSON.stringify(stored),
      JSON.stringify(state),
    );
    this.#run = { spec: stored, state, version: 1, progress: NOTHING_DONE };
  }

  /** Changes what is fixed about a run that has not started, under the next version. */
  amend(spec: StoredSpec): void {
    const run = this.#accepted();
    const version = run.version + 1;
    this.#storage.sql.exec("UPDATE run SET spec = ?, version = ? WHERE id = 1", JSON.stringify(spec), version);
    this.#run = { ...run, spec, version };
  }

  /** The long texts get rows of their own. */
  #withoutTexts(spec: RunSpec): StoredSpec {
    if (spec.kind === "issue") return spec;
    const { files, stdin, ...program } = spec.program;
    this.#putText(STDIN, stdin);
    for (const [name, text] of Object.entries(files)) this.#putText(FILE_PREFIX + name, text);
    if (spec.kind === "meeting") return { ...spec, program };
    if (!spec.fork) return { ...spec, program, fork: undefined };
    this.#putText(FORK, JSON.stringify(spec.fork));
    return { ...spec, program, fork: { of: spec.fork.of, call: spec.fork.call } };
  }

  /** The copy counts as never made: it is made again, whole. */
  forgetProjection(): void {
    this.note({ projectedVersion: 0 });
  }

  /** Forgets a run that was never shown to anybody. */
  clear(): void {
    this.#storage.sql.exec("DELETE FROM run");
    this.#storage.sql.exec("DELETE FROM texts");
    this.#run = null;
  }

  /** Stores the next state under the next version. */
  advance(state: RunState, left: AttemptRemains = {}): void {
    const run = this.#accepted();
    const version = run.version + 1;
    this.#storage.sql.exec("UPDATE run SET state = ?, version = ? WHERE id = 1", JSON.stringify(state), version);
    if (left.result !== undefined) this.#putText(RESULT, JSON.stringify(left.result));
    if (left.journal !== undefined) this.#putText(JOURNAL, JSON.stringify(left.journal));
    if (left.receipt !== undefined) this.#putText(RECEIPT, JSON.stringify(left.receipt));
    this.#run = { ...run, state, version };
  }

  /** Remembers owed work that was done, for as long as the object lives. */
  note(done: Partial<Progress>): void {
    const run = this.#accepted();
    this.#run = { ...run, progress: { ...run.progress, ...done } };
  }

  /** Throws for a run that has no program of its own. */
  program(): Program {
    const { spec } = this.#accepted();
    if (spec.kind === "issue") throw new Error("a run about an issue has no program");
    const parts = this.#storage.sql
      .exec<{ name: string; part: number; text: string }>(
        "SELECT name, part, text FROM texts WHERE name >= ? AND name < ? ORDER BY name, part",
        FILE_PREFIX,
        "file;",
      )
      .toArray()
      .map(({ name, part, text }): TextPart => ({ name: name.slice(FILE_PREFIX.length), part, text }));
    return { ...spec.program, files: joinFiles(parts), stdin: this.#text(STDIN) ?? "" };
  }

  /** Puts a program that was written while the run goes on in the place of the one before. */
  putProgram(files: Program["files"]): void {
    this.transaction(() => {
      this.#storage.sql.exec("DELETE FROM texts WHERE name >= ? AND name < ?", FILE_PREFIX, "file;");
      for (const [name, text] of Object.entries(files)) this.#putText(FILE_PREFIX + name, text);
    });
  }

  /** What the run begins like; null for one that begins by itself. */
  fork(): Fork | null {
    const text = this.#text(FORK);
    return text === null ? null : JSON.parse(text);
  }

  /** The program's result; undefined when there is none. */
  result(): JsonValue | undefined {
    const text = this.#text(RESULT);
    return text === null ? undefined : JSON.parse(text);
  }

  /** Of the program that ended the run; null where none did. */
  receipt(): Receipt | null {
    const text = this.#text(RECEIPT);
    return text === null ? null : JSON.parse(text);
  }

  /** The journal of the attempt that ended the run; null where none did. */
  journal(): Journal | null {
    const text = this.#text(JOURNAL);
    return text === null ? null : JSON.parse(text);
  }

  #accepted(): StoredRun {
    if (!this.#run) throw new Error("no run was accepted here");
    return this.#run;
  }

  #putText(name: string, text: string): void {
    splitText(text).forEach((each, part) => {
      this.#storage.sql.exec("INSERT OR REPLACE INTO texts (name, part, text) VALUES (?, ?, ?)", name, part, each);
    });
  }

  #text(name: string): string | null {
    const rows = this.#storage.sql.exec<{ text: string }>("SELECT text FROM texts WHERE name = ? ORDER BY part", name);
    const parts = rows.toArray().map((row) => row.text);
    return parts.length > 0 ? parts.join("") : null;
  }
}
