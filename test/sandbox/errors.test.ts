/** What people and programs see of an error: its place, its stack, and what to do about it. */
import { describe, expect, it } from "vitest";
import { errorOf, resultOf, run } from "./guest.ts";

describe("an error", () => {
  it("names file, line and column, and shows the program's own frames", async () => {
    const files = {
      "main.js": 'import { help } from "./lib/util.js";\n\nhelp(null);',
      "lib/util.js": "// one\nexport function help(x) {\n  return [1].map(() => x.y);\n}",
    };
    const error = await errorOf(files);
    expect(error).toMatchObject({ category: "runtime", name: "TypeError", file: "lib/util.js", line: 3 });
    expect(error.stack).toMatch(/at help \(lib\/util\.js:3:\d+\)\n {4}at main\.js:3:\d+$/);
    expect(error.stack).not.toMatch(/runyard:|native/);
  });

  it.each([
    ["syntax", "let a = 1;\nlet b = a +* 2;", { category: "syntax", name: "SyntaxError", line: 2, column: 12 }],
    [
      "a class of its own",
      "class Mine extends Error {}\n\nthrow new Mine('m');",
      { name: "Mine", message: "m", line: 3 },
    ],
    ["a name of its own", "const e = new Error('m'); e.name = 'Own'; throw e;", { name: "Own", message: "m", line: 1 }],
    [
      "a cause",
      "throw new Error('outer', { cause: new TypeError('inner') })",
      { message: "outer (cause: TypeError: inner)" },
    ],
    ["an AggregateError", "await Promise.any([Promise.reject(new Error('a'))])", { name: "AggregateError" }],
    [
      "a rejection that nobody handles",
      "const a = 1;\nPromise.reject(new RangeError('r')); 5",
      { name: "RangeError", line: 2 },
    ],
    ["an async function that nobody awaits", "(async () => { null.x; })(); 5", { name: "TypeError", line: 1 }],
    ["a timer", "setTimeout(() => { throw new Error('late'); }, 1);", { message: "late", line: 1 }],
    ["a microtask", "queueMicrotask(() => { throw new Error('micro'); });", { message: "micro" }],
    ["a getter of the result", "({ get a() { throw new Error('got'); } })", { message: "got" }],
    ["a thrown object", "throw { a: 1 };", { name: "Error", message: "{ a: 1 }", file: null }],
    ["a thrown text", "throw 'text';", { name: "Error", message: "text" }],
    ["a thrown null", "throw null;", { name: "Error", message: "null" }],
    ["a thrown Proxy", "throw new Proxy(new Error('x'), { get() { throw 1; } });", {}],
    ["a message that is no text", "throw Object.assign(new Error(), { message: { a: 1 }, name: 5 });", { name: "5" }],
    ["JSON that is none, at run time", "\nJSON.parse('{a}')", { category: "runtime", name: "SyntaxError", line: 2 }],
  ])("is told for %s", async (_name, code, expected) => {
    expect(await errorOf(code)).toMatchObject(expected);
  });

  it("does not come from a rejection that is handled in time", async () => {
    expect(await resultOf("const p = Promise.reject(1); await null; p.catch(() => {}); 'ok'")).toBe("ok");
  });

  it.each([
    ["process.argv", 'import { args, stdin, readTextFile } from "runyard"'],
    ["require('fs')", "Load other files with import"],
    ["fetch('https://example.com')", "Network access is not granted to this run"],
    ["module.exports = 1", "Use export"],
    ["Deno.args", 'from "runyard"'],
    ["Buffer.from('a')", "Uint8Array"],
  ])("advises about %s", async (code, advice) => {
    const error = await errorOf(code);
    expect(error.name).toBe("ReferenceError");
    expect(error.message).toContain("is not defined. ");
    expect(error.message).toContain(advice);
  });
});

describe("error.stack", () => {
  it.each([
    [
      "an error's name and message",
      "const f = () => new RangeError('r');\nf().stack",
      "RangeError: r",
      "f (main.js:1:",
    ],
    ["an error of the engine", "try { null.x } catch (e) { e.stack }", "TypeError: cannot read property 'x' of null"],
    ["no message", "new Error().stack", "Error", "main.js:1:"],
    ["a name that comes later", "const e = new Error('m'); e.name = 'Own'; e.stack", "Own: m", "main.js:1:"],
    ["a class of its own", "class A extends Error { name = 'A' }; new A('m').stack", "A: m", "main.js:1:"],
    ["text that cannot be read", "try { eval('var =') } catch (e) { e.stack }", "SyntaxError: variable name expected"],
    ["a name that throws", "Object.defineProperty(new Error('m'), 'name', { get() { throw 1; } }).stack", "Error"],
  ])("begins with %s", async (_name, code, heading, frame = "main.js:1:") => {
    const [first, second] = String(await resultOf(code)).split("\n");
    expect([first, second]).toEqual([heading, expect.stringContaining(`    at ${frame}`)]);
  });

  it("is printed once, by its error and by itself", async () => {
    const { stdout } = await run("const e = new Error('once'); console.log(e); console.log(e.stack);");
    expect(stdout).toMatch(/^(Error: once\n {4}at main\.js:1:\d+\n)\1$/);
  });

  it("is what the program makes of it", async () => {
    const { stdout } = await run(
      "const e = new Error('m'); e.stack += '\\n    at elsewhere'; console.log(e); e.stack = 'mine'; console.log(e, e.stack);",
    );
    expect(stdout).toMatch(/^Error: m\n {4}at main\.js:1:\d+\n {4}at elsewhere\nmine mine\n$/);
    // The run's own report of an error is not.
    const error = await errorOf("const e = new Error('m'); e.stack = '    at other.js:7:7'; throw e;");
    expect(error).toMatchObject({ file: "main.js", line: 1 });
  });

  it("is copied with its error, and comes with its result", async () => {
    const [copied, original] = (await resultOf(
      "const e = new TypeError('m'); [structuredClone(e).stack, e.stack]",
    )) as string[];
    expect(copied).toBe(original);
    const [result, stack] = (await resultOf("const e = new TypeError('m'); [e, e.stack]")) as [unknown, string];
    expect(result).toEqual({ name: "TypeError", message: "m", stack });
  });

  it("is captured for other objects, and left alone in errors", async () => {
    const code =
      "const o = { name: 'Odd', message: 'm' }; Error.captureStackTrace(o); const e = new Error('e'); const { stack } = e; Error.captureStackTrace(e); [o.stack, e.stack === stack, Object.keys(o)]";
    expect(await resultOf(code)).toEqual([
      expect.stringMatching(/^Odd: m\n {4}at main\.js:1:\d+$/),
      true,
      ["name", "message"],
    ]);
  });

  it("is nothing where there is no error", async () => {
    expect(await resultOf("[Error.prototype.stack, Object.create(Error.prototype).stack].map(String)")).toEqual([
      "undefined",
      "undefined",
    ]);
  });
});

describe("import() in text that is evaluated", () => {
  const files = (code: string) => ({ "src/main.js": code, "src/b.js": "export default 'b';", "src/lib/c.js": C });
  const C = "export const load = () => new Function('return import(\"./b.js\")')();";
  const options = { entry: "src/main.js" };

  it.each([
    ["eval", "(await eval('import(\"./b.js\")')).default"],
    ["new Function", "(await new Function('return import(\"./b.js\")')()).default"],
    ["new Function in another folder", "(await (await import('./lib/c.js')).load()).default"],
  ])("finds files beside the entry: %s", async (_name, code) => {
    expect(await resultOf(files(code), options)).toBe("b");
  });

  it("names the entry where there is no such file", async () => {
    const error = await errorOf(files("await new Function('return import(\"./none.js\")')()"), options);
    expect(error.message).toContain('cannot import "./none.js"');
  });

  it("says what to do where it has no place", async () => {
    const error = await errorOf(files("await (0, eval)('import(\"./b.js\")')"), options);
    expect(error.message).toContain("call eval(…) by its name, or write import() into a file");
  });
});
