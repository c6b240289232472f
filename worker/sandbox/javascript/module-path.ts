/**
 * What a specifier of an import means among the files of a program. Pure. Owns the rules by which files are found, and
 * what is said where there is none; `module-loader.ts` loads them.
 */
import type { Program } from "../../domain/program.ts";
import { knownImports, snippetFolderOf } from "../../domain/snippet-imports.ts";

type Files = Program["files"];

/** Tried in this order behind a specifier that names no file. */
const ENDINGS = [".ts", ".js", ".mts", ".mjs", ".tsx", ".jsx", ".json", "/index.ts", "/index.js"] as const;
/** TypeScript's custom: an import of `./x.js` may mean `./x.ts`. */
const SOURCE_OF_OUTPUT: Readonly<Record<string, string>> = { ".js": ".ts", ".mjs": ".mts", ".jsx": ".tsx" };

/** The file that an import of `base` means; null where it means none. */
export function findModule(files: Files, base: string, specifier: string): string | null {
  return isPath(specifier) ? find(files, join(base, specifier)) : findSnippet(files, specifier);
}

/** The files that names of snippets mean, for programs that were asked for one. */
const snippetsOf = new WeakMap<Files, Readonly<Record<string, string>>>();

function findSnippet(files: Files, specifier: string): string | null {
  if (!specifier.startsWith("snippets/")) return null;
  const known = snippetsOf.get(files) ?? knownImports(files);
  snippetsOf.set(files, known);
  return Object.hasOwn(known, specifier) ? known[specifier]! : null;
}

/** What whoever wrote an import that means no file should do. */
export function importAdvice(files: Files, base: string, specifier: string): string {
  if (isPath(specifier)) return `there is no such file. The run has ${list(Object.keys(files))}`;
  const nearby = find(files, join(base, `./${specifier}`)) ?? find(files, specifier);
  if (nearby !== null) return `a file is imported with its path: "${relative(base, nearby)}"`;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(specifier)) return "nothing is loaded from the network. Add the code as a file";
  if (/^(?:node:)?(?:fs|process|readline|os|path)(?:\/|$)/.test(specifier)) {
    return 'Node modules do not exist here. Input, arguments and files come from "runyard": import { stdin, args, readTextFile } from "runyard"';
  }
  if (specifier.startsWith("node:")) return "Node modules do not exist here";
  if (specifier.startsWith("snippets/")) {
    return 'a snippet comes with the run where an import names it as it is written, as in import { parse } from "snippets/date-tools", and not where the name is made up while the program runs';
  }
  return "packages are not installed here. Add the code you need as a file and import it with its path";
}

function find(files: Files, path: string | null): string | null {
  if (path === null) return null;
  const has = (name: string) => Object.hasOwn(files, name);
  const ending = /\.[a-z]+$/.exec(path)?.[0] ?? "";
  const source = SOURCE_OF_OUTPUT[ending];
  const candidates = [path, ...(source ? [path.slice(0, -ending.length) + source] : [])];
  const folder = path === "" || path.endsWith("/");
  const base = path.replace(/\/$/, "");
  candidates.push(...ENDINGS.filter((end) => !folder || end.startsWith("/")).map((end) => base + end));
  return candidates.map((name) => name.replace(/^\//, "")).find(has) ?? null;
}

/** Relative to the importing file, or to the program's root. */
const isPath = (specifier: string) => /^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier);

const list = (names: readonly string[]) =>
  names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more files` : names.join(", ");

/** The path that a relative specifier means for a file; null where it leaves the program's folder. */
function join(base: string, specifier: string): string | null {
  // The root of a snippet's files is the folder that they were put into.
  const root = specifier.startsWith("/") ? snippetFolderOf(base) : null;
  const parts = root === null ? base.split("/").slice(0, -1) : root.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/") + (/\/$|(?:^|\/)\.{1,2}$/.test(specifier) ? "/" : "");
}

function relative(base: string, file: string): string {
  const [from, to] = [base.split("/").slice(0, -1), file.split("/")];
  while (from.length > 0 && from[0] === to[0]) {
    from.shift();
    to.shift();
  }
  return (from.length === 0 ? "./" : "../".repeat(from.length)) + to.join("/");
}
