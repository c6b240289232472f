/**
 * The format of the corpus of hostile programs, the same for each language: a program, the limits under which it is
 * tried, and how it must end. A family is a table of them; its order is the order in which they run.
 * Invariant: the listing depends on nothing but the source. The same programs have the same names in every run.
 */
import type { JsonValue, LimitName } from "../../../worker/domain/guest-outcome.ts";
import { LANGUAGE_TABLE, type Language } from "../../../worker/domain/languages.ts";
import type { Limits } from "../../../worker/domain/program.ts";

/**
 * One way to end: at a limit, with an error of that name, at the program's own end with that result, or with whatever
 * result where a program broke the functions that write it.
 */
export type Ending = LimitName | `throws ${string}` | { readonly result: JsonValue | undefined } | "completed";

/** Several where the language leaves it open, for example whether an error was caught before the memory ran out. */
export type Expected = Ending | readonly Ending[];

export type Files = Readonly<Record<string, string>>;

export interface HostileProgram {
  readonly family: string;
  readonly name: string;
  readonly language: Language;
  readonly entry: string;
  readonly files: Files;
  readonly stdin: string;
  readonly limits: Partial<Limits>;
  readonly expected: readonly Ending[];
}

export interface RowOptions {
  readonly limits?: Partial<Limits>;
  readonly stdin?: string;
  readonly entry?: string;
}

/** Source text is put into the language's usual entry file. */
export type Row = readonly [name: string, source: string | Files, expected: Expected, options?: RowOptions];

const SCRIPT_LIMITS = { fuel: 4_000_000, timeoutMs: 60_000, memoryBytes: 24 * 2 ** 20, outputBytes: 20_000 };

/**
 * Small, so that a program that has to be stopped is stopped soon: some 10 to 40 ms of work in JavaScript, 50 to 200 ms in
 * Python, which cannot start in less memory than 30 MiB.
 */
const SMALL_LIMITS: Readonly<Record<Language, Partial<Limits>>> = {
  javascript: SCRIPT_LIMITS,
  typescript: SCRIPT_LIMITS,
  python: { ...SCRIPT_LIMITS, fuel: 2_000_000, memoryBytes: 48 * 2 ** 20 },
};

export function family(name: string, language: Language, rows: readonly Row[]): readonly HostileProgram[] {
  return rows.map(([program, source, expected, options = {}]) => {
    const entry = options.entry ?? LANGUAGE_TABLE[language].entry;
    return {
      family: name,
      name: program,
      language,
      entry,
      files: typeof source === "string" ? { [entry]: source } : source,
      stdin: options.stdin ?? "",
      limits: { ...SMALL_LIMITS[language], ...options.limits },
      expected: Array.isArray(expected) ? (expected as readonly Ending[]) : [expected as Ending],
    };
  });
}
