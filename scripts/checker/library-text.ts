/**
 * The standard library that programs are checked against: the declarations of the pinned npm package, without what the
 * sandbox's engine does not have. A test asks the engine for every name that is left.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type ts from "typescript-6";

/** By their names in the package. Of what comes after ES2025, the engine has these two. */
const LIBRARIES = ["es2025", "esnext.collection", "esnext.error"];

/** Names that the engine does not have: a global, or `Interface.member`. */
const MISSING: readonly string[] = [
  "Atomics",
  ...["Intl.Locale", "Intl.DisplayNames", "Intl.DurationFormat", "Intl.supportedValuesOf"],
  ...["DateTimeFormat.formatRange", "DateTimeFormat.formatRangeToParts"],
  ...["NumberFormat.formatRange", "NumberFormat.formatRangeToParts"],
  ...["1", "2", "3", "4", "5", "6", "7", "8", "9", "_", "&", "+", "`", "'"].map((name) => `RegExpConstructor.$${name}`),
  ...["input", "lastMatch", "lastParen", "leftContext", "rightContext"].map((name) => `RegExpConstructor.${name}`),
];

/** A file's name and its text. */
export type LibraryFile = readonly [name: string, text: string];

/** Scripts become one file; those that are modules stay files of their own. @param folder of the package */
export function libraryFiles(folder: string): LibraryFile[] {
  const compiler = createRequire(import.meta.url)(join(folder, "lib/typescript.js")) as typeof ts;
  const removed = new Set<string>();
  const texts = [...readAll(folder)].map(([name, text]): LibraryFile => {
    const file = compiler.createSourceFile(name, text, compiler.ScriptTarget.ESNext);
    return [name, withoutMissing(compiler, file, removed)];
  });
  const unknown = MISSING.filter((name) => !removed.has(name));
  if (unknown.length > 0) throw new Error(`the library does not have ${unknown.join(", ")}`);
  const isModule = ([, text]: LibraryFile) => /^export \{\s*\}/m.test(text);
  const scripts = texts.filter((file) => !isModule(file)).map(([, text]) => text);
  return [["es.d.ts", scripts.join("\n")], ...texts.filter(isModule)];
}

function readAll(folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  const add = (library: string) => {
    const name = `${library}.d.ts`;
    if (texts.has(name)) return;
    const text = readFileSync(join(folder, "lib", `lib.${name}`), "utf8");
    texts.set(name, "");
    for (const [, reference] of text.matchAll(/^\/\/\/ <reference lib="(.*)" \/>/gm)) add(reference!);
    // What a file refers to stands before it.
    texts.delete(name);
    texts.set(name, text);
  };
  for (const library of LIBRARIES) add(library);
  return texts;
}

/** The text of a file without comments, and without what the engine does not have. */
function withoutMissing(compiler: typeof ts, file: ts.SourceFile, removed: Set<string>): string {
  const isMissing = (name: string) => {
    if (!MISSING.includes(name)) return false;
    removed.add(name);
    return true;
  };
  const textOf = (name: ts.Node | undefined) =>
    name === undefined ? "" : compiler.isStringLiteral(name) || compiler.isIdentifier(name) ? name.text : "";
  const visit = (node: ts.Node, owner: string): ts.Node | undefined => {
    const inOwner = (name: ts.Node | undefined) => (owner === "" ? textOf(name) : `${owner}.${textOf(name)}`);
    if (compiler.isVariableStatement(node)) {
      const [declared] = node.declarationList.declarations;
      return isMissing(inOwner(declared?.name)) ? undefined : node;
    }
    if (compiler.isFunctionDeclaration(node)) return isMissing(inOwner(node.name)) ? undefined : node;
    if (compiler.isTypeElement(node)) return isMissing(inOwner(node.name)) ? undefined : node;
    if (compiler.isInterfaceDeclaration(node)) return within(node, node.name.text);
    if (compiler.isModuleDeclaration(node)) return within(node, node.name.text === "global" ? "" : node.name.text);
    return compiler.isModuleBlock(node) || compiler.isSourceFile(node) ? within(node, owner) : node;
  };
  const within = (node: ts.Node, owner: string) =>
    compiler.visitEachChild(node, (child) => visit(child, owner), undefined);
  const printer = compiler.createPrinter({ removeComments: true });
  return printer.printFile(within(file, "") as ts.SourceFile).replace(/^\/\/\/.*\n/gm, "");
}
