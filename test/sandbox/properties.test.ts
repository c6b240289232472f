/**
 * What holds for every value: the way of a result from the guest to the host, garbage on that way, and printing.
 * The rules are those of `prelude/result.ts`; the model below is written from them and shares no code.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../worker/domain/guest-outcome.ts";
import { RESULT_BYTES, RESULT_DEPTH } from "../../worker/sandbox/javascript/limits.ts";
import { readResult } from "../../worker/sandbox/javascript/marshal.ts";
import { run } from "./guest.ts";

const RUNS = { numRuns: 40 };
/** So many values travel in one run, each as a result of its own would. */
const TOGETHER = 25;

/** A value as the guest's source writes it, and what the host must get; `absent` where JSON has no place for it. */
interface Case {
  readonly source: string;
  readonly data: JsonValue;
  readonly absent?: boolean;
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toJSON_",
    "\0",
    "\ud800",
    "\udc00\ud800",
    "\u2028",
    "too-large",
    "undefined",
  ),
  // UTF-16 units without regard to pairs: lone surrogates too.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const quoted = (value: string) => JSON.stringify(value);
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY));

const numberSource = (value: number) => (Object.is(value, -0) ? "-0" : String(value));
const numberData = (value: number) => (Number.isFinite(value) ? value + 0 : null);

const leaf: fc.Arbitrary<Case> = fc.oneof(
  text.map((value) => ({ source: quoted(value), data: value })),
  number.map((value) => ({ source: numberSource(value), data: numberData(value) })),
  fc.boolean().map((value) => ({ source: String(value), data: value })),
  fc.constant({ source: "null", data: null }),
  fc.bigInt().map((value) => ({ source: `${value}n`, data: `${value}n` })),
  fc.constantFrom("undefined", "() => 1", "Symbol('s')").map((source) => ({ source, data: null, absent: true })),
  fc.date({ noInvalidDate: false }).map((date) => {
    const ms = date.getTime();
    return { source: `new Date(${ms})`, data: Number.isNaN(ms) ? null : date.toISOString() };
  }),
  fc.uint8Array().map((bytes) => ({ source: `new Uint8Array([${bytes}])`, data: [...bytes] })),
  fc.float64Array().map((floats) => ({
    source: `new Float64Array([${[...floats].map(numberSource)}])`,
    data: [...floats].map(numberData),
  })),
  text.map((value) => ({ source: `Object(${quoted(value)})`, data: value })),
);

/** Later keys win, as in the language; insertion order does not matter to equality. */
function record(pairs: readonly (readonly [string, Case])[]): JsonValue {
  const last = new Map(pairs);
  const data: { [key: string]: JsonValue } = {};
  for (const [key, { data: value, absent }] of last) {
    if (!absent) Object.defineProperty(data, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return data;
}

const { value: anyCase } = fc.letrec<{ value: Case }>((tie) => {
  const value = tie("value");
  const list = fc.array(value, { maxLength: 5 });
  const pairs = fc.array(fc.tuple(text, value), { maxLength: 5 });
  const plain = (items: readonly Case[]): JsonValue => items.map(({ data }) => data);
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      list.map((items) => ({ source: `[${items.map(({ source }) => `(${source})`)}]`, data: plain(items) })),
      pairs.map((entries) => ({
        source: `({ ${entries.map(([key, { source }]) => `[${quoted(key)}]: ${source}`)} })`,
        data: record(entries),
      })),
      pairs.map((entries) => ({
        source: `new Map([${entries.map(([key, { source }]) => `[${quoted(key)}, ${source}]`)}])`,
        data: record(entries),
      })),
      // Each item is an object of its own, so that no two are the same.
      list.map((items) => ({
        source: `new Set([${items.map(({ source }) => `[${source}]`)}])`,
        data: items.map(({ data }) => [data]),
      })),
      fc.tuple(value, fc.integer({ min: 0, max: 20 })).map(([{ source, data }, at]) => ({
        source: `(() => { const sparse = []; sparse[${at}] = ${source}; return sparse; })()`,
        data: [...Array<JsonValue>(at).fill(null), data],
      })),
      value.map(({ source, data, absent }) => ({
        source: `(() => { const o = { value: ${source} }; o.self = o; o.inner = { o }; return o; })()`,
        data: { ...(absent ? {} : { value: data }), self: "[Circular]", inner: { o: "[Circular]" } },
      })),
      value.map(({ source, data, absent }) => ({
        source: `({ toJSON: () => (${source}) })`,
        data,
        absent: absent === true,
      })),
    ),
  };
});

describe("a value", () => {
  it("comes to the host as the rules say", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCase, { minLength: TOGETHER, maxLength: TOGETHER }), async (cases) => {
        const { outcome } = await run(`export default [${cases.map(({ source }) => `(${source})`)}];`);
        expect(outcome).toEqual({ kind: "completed", result: cases.map(({ data }) => data) });
      }),
      RUNS,
    );
  });

  it("is the same as a script's last value, and alone", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ source, data, absent }) => {
        const { outcome } = await run(`[(${source})]`);
        expect(outcome).toEqual({ kind: "completed", result: [absent ? null : data] });
      }),
      RUNS,
    );
  });

  it.each([
    ["a revoked Proxy", "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()"],
    ["a Proxy whose traps throw", "new Proxy({}, new Proxy({}, { get() { throw new RangeError('trap'); } }))"],
    ["an object that claims to be a Map", "Object.create(Map.prototype)"],
    ["an error whose name throws", "Object.defineProperty(new Error('x'), 'name', { get() { throw 1; } })"],
    ["a symbol", "Symbol('s')"],
  ])("is printed in part where it cannot be printed: %s", async (_name, source) => {
    const { outcome, stdout } = await run(
      `console.log([1, ${source}, 2]); console.log('%d %i %s', ${source}, ${source}, 3);`,
    );
    expect(outcome.kind).toBe("completed");
    expect(stdout).toMatch(/^\[ 1, .*, 2 \]\n/s);
  });

  it("can be printed whatever it is, in every way, within the limits", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCase, { minLength: 5, maxLength: 5 }), async (cases) => {
        const values = `[${cases.map(({ source }) => `(${source})`)}]`;
        const code = `const values = ${values}; for (const v of values) { console.log(v); console.log('%s %o %O %j %c', ...values.slice(0, 3), 1, 2); console.dir(v, { depth: null }); console.table(v); console.error(v, [v], { v }); } export default 'printed';`;
        const { outcome } = await run(code);
        expect(outcome).toEqual({ kind: "completed", result: "printed" });
      }),
      RUNS,
    );
  });
});

const nesting = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(nesting)) : 0;

describe("reading a result", () => {
  const garbage = fc.oneof(
    text,
    fc.json(),
    fc.json().map((json) => json.slice(0, Math.floor(json.length / 2))),
    fc
      .array(fc.constantFrom("[", "]", "{", "}", '"', "\\", ":", ",", "1", "null", " "), { maxLength: 300 })
      .map((parts) => parts.join("")),
    fc.tuple(fc.constantFrom("[", '{"a":'), fc.integer({ min: 0, max: 5_000 })).map(([open, levels]) => {
      const close = open === "[" ? "]" : "}";
      return `${open.repeat(levels)}1${close.repeat(levels)}`;
    }),
    fc
      .tuple(text, fc.integer({ min: 0, max: 300_000 }))
      .map(([unit, count]) => JSON.stringify(unit.slice(0, 4).repeat(count))),
  );

  it("never throws, and gives data within its bounds", () => {
    fc.assert(
      fc.property(garbage, (json) => {
        const result = readResult(json);
        if (result.kind === "too-large") {
          expect(json === "too-large" || new TextEncoder().encode(json).length > RESULT_BYTES).toBe(true);
          return;
        }
        expect(new TextEncoder().encode(json).length).toBeLessThanOrEqual(RESULT_BYTES);
        expect(nesting(result.value)).toBeLessThanOrEqual(RESULT_DEPTH);
        if (result.value !== undefined) expect(result.value).toEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
  });

  it("of every JSON within the bounds gives the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        expect(readResult(json)).toEqual({ kind: "value", value: JSON.parse(json) });
      }),
    );
  });

  it("leaves the host's prototypes alone, whatever the keys are", () => {
    fc.assert(
      fc.property(text, text, (key, inner) => {
        readResult(`{${JSON.stringify(key)}:{${JSON.stringify(inner)}:1}}`);
        readResult('{"__proto__":{"escaped":1}}');
        expect("escaped" in {}).toBe(false);
      }),
    );
  });
});
