/**
 * What the checker Worker offers: a program, the declarations of what it may call, and the type errors in between. Owns
 * the contract and its bounds; how a check is made stands in `checker/`, what a model or a person reads of it in
 * `type-check-text.ts`.
 */

/** Bounds of one check. What lies beyond them is not checked, and the answer says so: a check is never required. */
export const TYPE_CHECK_BOUNDS = {
  /** All code of a program and its declarations together, in UTF-16 code units: the largest file that the engine takes. */
  codeChars: 150_000,
  /** Files of a program, of code and data. */
  files: 50,
  /** Errors that are told; a text of more helps nobody. */
  diagnostics: 50,
  /** UTF-16 code units of one message: those of nested types have thousands. */
  messageChars: 1_000,
  /** UTF-16 code units of the line that is shown with an error. */
  lineChars: 300,
} as const;

export interface TypeCheckRequest {
  /** File name (relative, forward slashes) to its text, as `Program.files`. */
  readonly files: Readonly<Record<string, string>>;
  /** One of the files. It is TypeScript where its name has no ending that says otherwise. */
  readonly entry: string;
  /**
   * TypeScript declarations of what the program may call beyond the sandbox's own globals and the module "runyard":
   * `declare const stories: …`, or `declare module "…" { … }`. Empty for none.
   */
  readonly declarations: string;
  /** Which of the sandbox's globals the program has that are there only when they are granted. */
  readonly granted?: readonly GrantedGlobal[];
}

/** With `fetch` come `Headers` and `Response`. */
export const GRANTED_GLOBALS = ["fetch", "generate"] as const;
export type GrantedGlobal = (typeof GRANTED_GLOBALS)[number];

export interface TypeDiagnostic {
  /** One of the program's files. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** UTF-16 code units from the column on that the error is about; at least 1. */
  readonly length: number;
  /** TypeScript's number, as in TS2345; 0 for what the sandbox refuses and TypeScript would not. */
  readonly code: number;
  /** One sentence, or several lines where TypeScript explains: at most `messageChars`. */
  readonly message: string;
  /** The line that the error is in, cut around the column to `lineChars`. */
  readonly lineText: string;
  /** The column within `lineText`, from 1: it differs from `column` where the line was cut. */
  readonly lineTextColumn: number;
}

export const NOT_CHECKED_REASONS = [
  /** The program, its types or its errors are larger than a check takes. */
  "too-large",
  /** The work that a check may take was used up: types that never end, as a rule. */
  "too-complex",
  /** The declarations are wrong, which is not the program's fault. */
  "declarations",
  /** Too many checks wait already; a later one may be made. */
  "busy",
  /** The checker itself failed, or cannot be reached. */
  "unavailable",
] as const;
export type NotCheckedReason = (typeof NOT_CHECKED_REASONS)[number];

export type TypeCheck =
  | {
      readonly kind: "checked";
      /** The checker with its version, as people call it. */
      readonly by: string;
      /** In the order of files, then places. Empty for a program without type errors. */
      readonly diagnostics: readonly TypeDiagnostic[];
      /** Further errors that are not among `diagnostics`. */
      readonly more: number;
      /** Files of code that were checked, without declarations. */
      readonly checkedFiles: number;
      /** Work that it took; the same for the same program. */
      readonly fuel: number;
      /** Wall time in the checker; 0 where the clock stands still while code computes. */
      readonly elapsedMs: number;
    }
  | {
      readonly kind: "not-checked";
      readonly reason: NotCheckedReason;
      /** A sentence for people: what was too large, or what went wrong. */
      readonly message: string;
    };

/** The binding CHECKER. Never throws for a program, whatever it is; a call may still fail as any call of another Worker. */
export interface TypeChecker {
  check(request: TypeCheckRequest): Promise<TypeCheck>;
}
