/** The engine's artifact: it can be rebuilt byte for byte, and another package than the expected one is refused. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { buildEngine, readPackage } from "../../../scripts/engine/build-engine.ts";
import { embedMemory } from "../../../scripts/engine/wasm-embed.ts";
import { EXPECTED, rewriteEngine } from "../../../scripts/engine/wasm-rewrite.ts";
import { ARTIFACT } from "../../../worker/sandbox/javascript/artifact.ts";
import { IMAGE } from "../../../worker/sandbox/javascript/generated/image.ts";
import { INTL_SOURCE } from "../../../worker/sandbox/javascript/generated/intl.ts";

const GENERATED = new URL("../../../worker/sandbox/javascript/generated/quickjs.wasm", import.meta.url);

describe("the engine's build", () => {
  it("gives the pinned bytes, twice, and those that lie in the folder", () => {
    const [first, second] = [buildEngine(), buildEngine()];
    expect(first.sha256).toBe(ARTIFACT.sha256);
    expect(second.sha256).toBe(first.sha256);
    expect(Buffer.compare(first.wasm, readFileSync(GENERATED))).toBe(0);
    expect(first.intl).toBe(INTL_SOURCE);
    expect(first.addresses).toEqual(IMAGE);
  });

  it("gives a valid module with real names, and fuel to count", () => {
    const module = new WebAssembly.Module(Buffer.from(buildEngine().wasm));
    const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
    const imports = WebAssembly.Module.imports(module);
    expect(exports).toEqual(expect.arrayContaining(["fuel", "malloc", "QTS_Eval", "QTS_Call", "stack_save"]));
    expect(exports.every((name) => name.length > 3)).toBe(true);
    expect(imports.every(({ module: from }) => from === "host")).toBe(true);
    expect(imports.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["memory", "interrupt", "suspend", "promise_rejection", "call_function"]),
    );
  });

  it("counts what it patches", () => {
    const { wasm, glue } = readPackage();
    expect(rewriteEngine(wasm, glue).counts).toEqual(EXPECTED);
  });

  it("refuses a file that was rewritten already", () => {
    const { wasm, glue } = readPackage();
    expect(() => rewriteEngine(rewriteEngine(wasm, glue).wasm, glue)).toThrow();
  });

  it("gives a start that is small: every guest pays for it", () => {
    const { addresses, intl } = buildEngine();
    expect(Math.max(...Object.values(addresses.functions))).toBeLessThan(1.2 * 2 ** 20);
    expect(gzipSync(intl).length).toBeLessThan(24 * 1024);
  });

  it.each([
    ["a poll interval", [0x90, 0xce, 0x00, 0x36], [0x91, 0xce, 0x00, 0x36], "expected 3 pollIntervals, found 2"],
    ["a truncated instruction", [0x90, 0xce, 0x00, 0x36], [0x90, 0xce, 0x80, 0x36], ""],
  ])("refuses another file: %s", (_name, original, changed, message) => {
    const { wasm, glue } = readPackage();
    const at = Buffer.from(wasm).indexOf(Buffer.from(original));
    const other = Uint8Array.from(wasm);
    other.set(changed, at);
    expect(() => rewriteEngine(other, glue)).toThrow(message);
  });

  it("refuses glue that names things differently", () => {
    const { wasm, glue } = readPackage();
    expect(() => rewriteEngine(wasm, glue.replace("callbacks.shouldInterrupt(", "callbacks.other("))).toThrow("import");
    expect(() => rewriteEngine(wasm, glue.replace("d._QTS_Eval=b.", "d.eval=b."))).toThrow("does not name");
  });
});

describe("an embedded image", () => {
  it("is what a fresh instance begins with", () => {
    // (module (memory (export "m") 1) (data (i32.const 0) "\01"))
    const plain = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 0x6d, 2, 0],
      ...[11, 7, 1, 0, 0x41, 0, 0x0b, 1, 1],
    ]);
    const embedded = embedMemory(plain, [
      { offset: 0, bytes: Uint8Array.of(7, 8) },
      { offset: 70, bytes: Uint8Array.of(9) },
    ]);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(embedded)));
    const memory = new Uint8Array((exports as { m: WebAssembly.Memory }).m.buffer);
    expect([memory[0], memory[1], memory[70], memory[71]]).toEqual([7, 8, 9, 0]);
  });
});
