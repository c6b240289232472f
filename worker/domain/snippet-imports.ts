/**
 * Imports of snippets: `import { parse } from "snippets/date-tools"`, or `"snippets/date-tools@3"` for one version. They are
 * resolved once, when a run is accepted: the files of the exact versions become files of the program, with an import map
 * that says what each name means. So a stored run is whole, and runs the same for ever.
 *
 * What the import map of an earlier acceptance names stays as it is: a retry runs what ran before.
 */
import { fail, type Result, succeed } from "./errors.ts";
import { PROGRAM_BOUNDS, type Program } from "./program.ts";
import type { SnippetContent } from "./snippet.ts";

const FOLDER = "snippets/";
export const IMPORT_MAP = `${FOLDER}import-map.json`;

const SPECIFIER = /^snippets\/([a-z0-9-]{1,60})(?:@([1-9]\d{0,3}))?$/;
/** What a resolution adds to a program: the map, and what lies in the folder of a version. */
const ADDED_FILE = /^snippets\/(?:import-map\.json$|([a-z0-9-]+@\d+)\/)/;
const CODE_FILE = /\.[cm]?[jt]sx?$/;
/** Deeper than anybody follows, and a bound on what the database is asked. */
const DEPTH_MAX = 10;

export interface WantedSnippet {
  readonly name: string;
  /** Null for the newest. */
  readonly version: number | null;
}

export type ImportedSnippet = Pick<SnippetContent, "language" | "entry" | "files"> & { readonly version: number };

/** What was found, in the order in which it was asked for; null for what is not there. */
export type LoadSnippets = (wanted: readonly WantedSnippet[]) => Promise<readonly (ImportedSnippet | null)[]>;

type Files = Readonly<Record<string, string>>;

/** An import as it stands in a file. */
interface Import {
  readonly specifier: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The program as it was before any snippet was added to it. */
export function withoutSnippets<P extends { readonly files: Files }>(program: P): P {
  const kept = Object.entries(program.files).filter(([name]) => !ADDED_FILE.test(name));
  return kept.length === Object.keys(program.files).length ? program : { ...program, files: Object.fromEntries(kept) };
}

/** The folder of a snippet's version that a file lies in; empty for a file of the program itself. */
export function snippetFolderOf(file: string): string {
  const id = ADDED_FILE.exec(file)?.[1];
  return id === undefined ? "" : `${FOLDER}${id}/`;
}

/**
 * The program with all that it imports. Fails with `invalid-request`, and says in which file and line, where a snippet does
 * not exist, imports itself by way of others, or is too much together with the program.
 */
export async function resolveImports(program: Program, load: LoadSnippets): Promise<Result<Program>> {
  const map = new Map(Object.entries(knownImports(program.files)));
  const files: Record<string, string> = { ...program.files };
  let open = importsIn(program.files).filter(({ specifier }) => !map.has(specifier));
  if (open.length === 0) return succeed(program);
  for (let depth = 0; open.length > 0; depth++) {
    if (depth === DEPTH_MAX) return refuse(open[0]!, `is more than ${DEPTH_MAX} snippets deep`);
    const specifiers = [...new Set(open.map(({ specifier }) => specifier))];
    const found = await load(specifiers.map(wantedOf));
    const added: Record<string, string> = {};
    for (const [index, specifier] of specifiers.entries()) {
      const place = open.find((each) => each.specifier === specifier)!;
      const snippet = found[index] ?? null;
      if (snippet === null) return refuse(place, "does not exist in this workspace");
      if (snippet.language === "python") return refuse(place, "is written in Python, which no program can import");
      const folder = `${FOLDER}${wantedOf(specifier).name}@${snippet.version}/`;
      map.set(specifier, folder + snippet.entry);
      for (const [name, text] of Object.entries(snippet.files)) added[folder + name] = text;
    }
    Object.assign(files, added);
    const tooMuch = boundsProblem(files);
    if (tooMuch !== null) return refuse(open[0]!, tooMuch);
    open = importsIn(added).filter(({ specifier }) => !map.has(specifier));
  }
  const circle = circleIn(files, map);
  if (circle) return refuse(circle.place, `closes a circle: ${circle.path.join(" → ")}`);
  const imports = Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return succeed({ ...program, files: { ...files, [IMPORT_MAP]: `${JSON.stringify({ imports }, null, 2)}\n` } });
}

function refuse({ file, line, specifier }: Import, problem: string) {
  const message = `line ${line}: "${specifier}" ${problem}`;
  return fail("invalid-request", `${file}, ${message}`, [{ path: `files.${file}`, message: `${file}, ${message}` }]);
}

function boundsProblem(files: Files): string | null {
  const names = Object.keys(files);
  const chars = names.reduce((sum, name) => sum + files[name]!.length, 0);
  // The map is a file, too.
  if (names.length >= PROGRAM_BOUNDS.files) {
    return `makes ${names.length + 1} files, with the program; at most ${PROGRAM_BOUNDS.files}`;
  }
  if (chars > PROGRAM_BOUNDS.totalChars) {
    return `makes ${chars} characters, with the program; at most ${PROGRAM_BOUNDS.totalChars}`;
  }
  const long = names.find((name) => name.length > PROGRAM_BOUNDS.fileNameChars);
  return long === undefined ? null : `has a file whose path becomes too long: ${long}`;
}

/** What a program's import map says: a name, and the file that it means. Empty where there is none that could be one. */
export function knownImports(files: Files): Readonly<Record<string, string>> {
  const text = Object.hasOwn(files, IMPORT_MAP) ? files[IMPORT_MAP]! : "";
  if (text === "") return {};
  try {
    const { imports } = JSON.parse(text) as { imports?: unknown };
    const known = Object.entries(typeof imports === "object" && imports !== null ? imports : {});
    return Object.fromEntries(
      known.filter(([name, file]) => SPECIFIER.test(name) && Object.hasOwn(files, String(file))),
    );
  } catch {
    // Whoever wrote it by hand reads that the imports cannot be found.
    return {};
  }
}

function wantedOf(specifier: string): WantedSnippet {
  const [, name, version] = SPECIFIER.exec(specifier)!;
  return { name: name!, version: version === undefined ? null : Number(version) };
}

/** Comments, templates and strings, whichever begins first. A string in code ends at the end of its line. */
const TOKENS = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|`(?:\\[\s\S]|[^\\`])*`?|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/g;
/** What stands before a specifier. */
const BEFORE_SPECIFIER = /(?:\bfrom|\bimport|\bimport\s*\()\s*$/;
const BEFORE_CHARS = 40;

/**
 * Where files import snippets. Text that looks like a comment or a string in a regular expression can hide an import: then
 * the run itself says that it is missing.
 */
function importsIn(files: Files): Import[] {
  return Object.entries(files).flatMap(([file, text]) => {
    if (!CODE_FILE.test(file) || !text.includes(FOLDER)) return [];
    return [...text.matchAll(TOKENS)].flatMap(({ 0: token, index }) => {
      const specifier = token.slice(1, -1);
      const isImport =
        SPECIFIER.test(specifier) && BEFORE_SPECIFIER.test(text.slice(Math.max(0, index - BEFORE_CHARS), index));
      return isImport ? [{ specifier, file, line: text.slice(0, index).split("\n").length }] : [];
    });
  });
}

/** The first import over which a snippet comes back to itself; null for none. */
function circleIn(files: Files, map: ReadonlyMap<string, string>) {
  const edges = Map.groupBy(
    importsIn(files).filter(({ file }) => snippetFolderOf(file) !== ""),
    ({ file }) => snippetFolderOf(file),
  );
  const isDone = new Set<string>();
  const visit = (folder: string, path: readonly string[]): { path: readonly string[]; place: Import } | null => {
    for (const place of isDone.has(folder) ? [] : (edges.get(folder) ?? [])) {
      const to = snippetFolderOf(map.get(place.specifier) ?? "");
      const start = path.indexOf(to);
      if (start >= 0) return { path: [...path.slice(start), to].map((each) => each.slice(0, -1)), place };
      const found = visit(to, [...path, to]);
      if (found) return found;
    }
    isDone.add(folder);
    return null;
  };
  for (const folder of edges.keys()) {
    const found = visit(folder, [folder]);
    if (found) return found;
  }
  return null;
}
