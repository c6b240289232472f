/**
 * Finds what the package's minified imports and exports are called, by reading its JavaScript glue.
 * Reads text only: the glue is never run, neither here nor in the product.
 * Invariant: every import and export of the file gets exactly one name, or the build stops.
 */

/** A part of each import's implementation in the glue that no other import has, and its name here. */
const IMPORT_MARKS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/callbacks\.callFunction\(/, "call_function"],
  [/callbacks\.shouldInterrupt\(/, "interrupt"],
  [/callbacks\.loadModuleSource\(/, "load_module"],
  [/callbacks\.normalizeModule\(/, "normalize_module"],
  [/callbacks\.freeHostRef\(/, "free_host_ref"],
  [/Assertion failed/, "assert_fail"],
  [/^\(\)=>\w+\(""\)/, "abort"],
  [/^\(\)=>\{\w+=!1;\w+=0\}/, "clear_keepalive"],
  [/\.getSeconds\(\)/, "localtime"],
  [/clearTimeout\(/, "set_timer"],
  [/padStart\(2,"0"\)/, "tzset"],
  [/Date\.now\(\)/, "date_now"],
  [/\.grow\(/, "resize_heap"],
  [/\w\+=\w\w?\(\w,\w,Infinity\)\+1/, "environ_get"],
  [/\.length;\w=0;for\(var \w of \w\)/, "environ_sizes_get"],
  [/^\(\)=>52/, "fd_close"],
  [/return 70/, "fd_seek"],
  [/\?\w+\.subarray\(0,\w\):/, "fd_write"],
  [/^\w+,$/, "proc_exit"],
];

/** Exports the glue assigns without naming them; the order of the four is fixed by the glue's last assignment. */
const UNNAMED_EXPORTS = ["timeout", "stack_restore", "stack_alloc", "stack_save"] as const;

export function importNames(
  glue: string,
  functionImports: readonly string[],
  memoryImport: string,
): Map<string, string> {
  const table = glue.match(/=\{(b:[\s\S]*\})\},\w+;\s*\w+=await/)?.[1];
  if (table === undefined) throw new Error("the glue has no table of imports");
  const starts = [...functionImports, memoryImport]
    .map((letter) => ({ letter, at: entryStart(table, letter) }))
    .sort((a, b) => a.at - b.at);
  const names = new Map([[memoryImport, "memory"]]);
  starts.forEach(({ letter, at }, i) => {
    if (letter === memoryImport) return;
    const next = starts[i + 1];
    const body = table.slice(at, next ? next.at - next.letter.length - 1 : undefined);
    const found = IMPORT_MARKS.filter(([mark]) => mark.test(body)).map(([, name]) => name);
    if (found.length !== 1) throw new Error(`import "${letter}" matches ${found.length} names (${found}): ${body}`);
    names.set(letter, found[0]!);
  });
  if (new Set(names.values()).size !== names.size) throw new Error("two imports have the same name");
  return names;
}

/** Offset of an import's implementation: what follows `letter:` at the start of a property. */
function entryStart(table: string, letter: string): number {
  const found = [...table.matchAll(new RegExp(`(?:^|[,}])${letter}:(?=\\(|function|\\w+=>|\\w+,)`, "g"))];
  if (found.length !== 1) throw new Error(`import "${letter}" occurs ${found.length} times in the glue`);
  return found[0]!.index + found[0]![0].length;
}

export function exportNames(glue: string, exported: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, name, short] of glue.matchAll(/\w\._(\w+)=\s*\w\.([\w$]+);/g)) names.set(short!, name!);
  const unnamed = glue.match(/;\w+=b\.(\w+);\w+=b\.(\w+);\w+=b\.(\w+);\w+=b\.(\w+);return/);
  UNNAMED_EXPORTS.forEach((name, i) => names.set(unnamed?.[i + 1] ?? "", name));
  const start = glue.match(/\w\.(\w+)\(\);\w\?\.\(\w\);\w\.onRuntimeInitialized/)?.[1];
  if (start !== undefined) names.set(start, "initialize");
  const missing = exported.filter((short) => !names.has(short));
  if (missing.length > 0) throw new Error(`the glue does not name these exports: ${missing}`);
  return names;
}
