/** The library that programs are checked against is what the engine has: no name more, and none of the sandbox's less. */
import type ts from "typescript-6";
import { beforeAll, describe, expect, it } from "vitest";
import { SANDBOX_GLOBALS } from "../../../worker/domain/sandbox-globals.ts";
import { createCompiler } from "../../../worker/program/checker/generated/compiler.js";
import { LIBRARY } from "../../../worker/program/checker/generated/library.ts";
import { resultOf } from "../guest.ts";
import { found } from "./checker.ts";

/** Flags of symbols, of TypeScript. */
const [VALUE, METHOD] = [111_551, 8_192];
const GRANTED = ["fetch.d.ts", "generate.d.ts"];

/** What the library declares as a value, as expressions: `Math`, `Math.abs`, `Array.prototype.map`. */
function declaredNames(): string[] {
  const compiler = createCompiler();
  const rootNames = Object.keys(LIBRARY).filter((name) => !GRANTED.includes(name));
  const program = compiler.createProgram({
    rootNames,
    options: { noLib: true, types: [], target: compiler.ScriptTarget.ESNext },
    host: {
      getSourceFile: (name, target) =>
        LIBRARY[name] === undefined ? undefined : compiler.createSourceFile(name, LIBRARY[name], target),
      getDefaultLibFileName: () => "es.d.ts",
      getCurrentDirectory: () => "",
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: () => false,
      readFile: () => undefined,
      writeFile: () => {},
    },
  });
  compiler.setFuel(100_000_000);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile("es.d.ts")!;
  const values = checker.getSymbolsInScope(file, VALUE).filter(({ declarations }) => declarations !== undefined);
  const namesOf = (symbols: readonly ts.Symbol[]) =>
    symbols.map(({ escapedName }) => String(escapedName)).filter((name) => /^[A-Za-z$][\w$]*$/.test(name));
  return values.flatMap((symbol) => {
    const [name] = namesOf([symbol]);
    if (name === undefined || name === "undefined") return [];
    const type = checker.getTypeOfSymbolAtLocation(symbol, file);
    const prototype = checker.getPropertyOfType(type, "prototype");
    const instance = prototype && checker.getTypeOfSymbolAtLocation(prototype, file);
    const methods = instance ? checker.getPropertiesOfType(instance).filter(({ flags }) => (flags & METHOD) !== 0) : [];
    return [
      name,
      ...namesOf(checker.getPropertiesOfType(type)).map((member) => `${name}.${member}`),
      ...namesOf(methods).map((method) => `${name}.prototype.${method}`),
    ];
  });
}

/** Asks the engine for each name; the answer is those that it does not have. */
const PROBE = `export default (names) => names.filter((name) => {
  const [first, ...rest] = name.split(".");
  let [owner, last] = [globalThis, first];
  for (const key of rest) {
    if (!(last in Object(owner))) return true;
    [owner, last] = [owner[last], key];
  }
  return !(last in Object(owner));
});`;

/** What an iterator of a program brings by itself. */
const PROTOCOL = ["Iterator.prototype.next", "Iterator.prototype.return", "Iterator.prototype.throw"];

let names: string[] = [];
beforeAll(() => {
  names = declaredNames();
});

describe("the library of the checker", () => {
  it("declares nothing that the engine does not have", async () => {
    expect(names.length).toBeGreaterThan(700);
    const missing = await resultOf({
      "main.js": `import missing from "./probe.js"; import names from "./names.json"; export default missing(names);`,
      "probe.js": PROBE,
      "names.json": JSON.stringify(names),
    });
    expect(missing).toEqual(PROTOCOL);
  });

  it("declares every global of the sandbox, with all of its methods", async () => {
    const own = (await resultOf(
      `const methods = (value, prefix) => Object.getOwnPropertyNames(value ?? {}).filter((key) => /^[a-z]/.test(key)).map((key) => prefix + "." + key);
       export default ${JSON.stringify(SANDBOX_GLOBALS)}.flatMap((name) => {
         const value = globalThis[name];
         if (typeof value === "object") return [name, ...methods(value, name)];
         if (!/^[A-Z]/.test(name)) return [name];
         const statics = methods(value, name).filter((key) => !/\\.(?:length|name|prototype)$/.test(key));
         const instance = methods(value.prototype, name + ".prototype").filter((key) => !key.endsWith(".constructor"));
         return [name, ...statics, ...instance];
       });`,
    )) as string[];
    expect(own.length).toBeGreaterThan(80);
    const program = own.map((name) => `void ${name};`);
    expect(await found(program.join("\n"), { declarations: "" })).toEqual([]);
  });

  it("declares every global of the engine", async () => {
    /** QuickJS's own, which no other engine has. */
    const odd = ["InternalError"];
    const all = (await resultOf("export default Object.getOwnPropertyNames(globalThis);")) as string[];
    const known = all.filter((name) => !odd.includes(name));
    expect(await found(known.map((name) => `void ${name};`).join("\n"), { declarations: "" })).toEqual([]);
  });

  it("knows what the module runyard exports", async () => {
    const exported = (await resultOf(
      'import * as all from "runyard"; export default Object.keys(all).sort();',
    )) as string[];
    const program = `import * as all from "runyard";\nconst names: Record<keyof typeof all, true> = ${JSON.stringify(Object.fromEntries(exported.map((name) => [name, true])))};\nvoid names;`;
    expect(await found(program, { declarations: "" })).toEqual([]);
  });
});
