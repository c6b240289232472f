/** What the guest's console prints, against Node's own `util`. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { formatWithOptions, inspect as nodeInspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createConsole, format } from "../../../worker/sandbox/javascript/prelude/console.ts";
import { inspect } from "../../../worker/sandbox/javascript/prelude/inspect.ts";

const VALUES: readonly unknown[] = [
  ...["it's", "a\tb\u0001", 1.5, -0, 10n, true, null, undefined, Symbol("s"), Number.NaN],
  ...[
    [],
    {},
    Object.assign(Array(3), { 0: 1, 2: 3 }),
    Array(5),
    [undefined, null],
    [[]],
    [{}],
    { a: [] },
    Object.create(null),
  ],
  ...[{ a: { b: { c: {} } } }, { a: { b: { c: { d: 1 } } } }, [[1, 2, [3, 4, [5, [6]]]], { a: 1 }]],
  ...[{ "a-b": 1, 2: 3, [Symbol("k")]: 4 }, { a: 1n, b: undefined, c: "x" }, Object.assign([1, 2], { x: 1 })],
  ...[
    new Map<unknown, unknown>([
      ["k", 1],
      [{ a: 1 }, [2]],
    ]),
    new Set<unknown>([1, "x", { a: 1 }]),
    new Date(0),
    /x/gi,
  ],
  ...[new Uint8Array([1, 2, 3]), new WeakMap(), Object(1), Object("s"), Object(true), Object(1n), Object(Symbol("q"))],
  ...[() => 1, function f() {}, class A {}, class B extends Map {}, async () => 1, function* g() {}],
  ...[Array.from({ length: 120 }, (_, i) => i), Array.from({ length: 30 }, (_, i) => `item${i}`)],
  ...[Array.from({ length: 10 }, (_, i) => ({ id: i })), Array.from({ length: 7 }, () => "x".repeat(20))],
  ...[
    Array.from({ length: 27 }, (_, i) => i * 1000),
    [1.5, -2, 300, 4, 5, 6, 7],
    Array.from({ length: 8 }, () => "日本"),
  ],
  ...[55, 60, 61, 62, 63, 70].map((n) => ({ a: "x".repeat(n) })),
  ...[30, 40, 50, 60].map((n) => ({ outer: { a: "x".repeat(n), b: 1 } })),
  {
    get a() {
      return 1;
    },
    set b(_value: number) {},
    get c() {
      return 2;
    },
    set c(_value) {},
  },
  { id: 1, name: "Ada", tags: ["x", "y"], address: { street: "Main", city: { name: "Paris", zip: 75000 } } },
];

describe("inspect", () => {
  it.each(VALUES.map((value) => [nodeInspect(value), value] as const))("prints %s", (expected, value) => {
    expect(inspect(value)).toBe(expected);
  });

  it("marks cycles", () => {
    const value: Record<string, unknown> = { a: 1 };
    value["self"] = value;
    expect(inspect(value)).toBe(nodeInspect(value));
  });

  it("goes as deep as it is told", () => {
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    for (const depth of [0, 1, 4, Number.POSITIVE_INFINITY])
      expect(inspect(deep, { depth })).toBe(nodeInspect(deep, { depth }));
  });
});

describe("format", () => {
  const texts: readonly (readonly unknown[])[] = [
    ...[
      ["%s", Symbol("a")],
      ["%s", -0],
      ["%s", 10n],
      ["%s", { a: { b: { c: 1 } } }],
      ["%s", [1, [2, [3]]]],
    ],
    ...[
      ["%s", class A {}],
      ["%s", null, undefined],
      ["%s", { toString: () => "T" }],
      ["%s", new Date(0)],
      ["%s %s", "a"],
    ],
    ...[
      ["%d", "42"],
      ["%d", {}],
      ["%d", 10n],
      ["%d", -0],
      ["%d", ""],
      ["%i", 42.9],
      ["%i", "42px"],
      ["%f", "1.50"],
    ],
    ...[
      ["%j", { a: [1, 2] }],
      ["%j", undefined],
      ["%O", { a: { b: { c: { d: 1 } } } }],
      ["%c styled", "color: red"],
    ],
    ...[["%%", 1], ["%x", 1], ["a%"], ["%s"], ["100%", 1], [1, "%s", 2], ["a", "b", { c: 1 }], [""], []],
  ];

  it.each(texts)("writes %j as Node does", (...args) => {
    expect(format(args)).toBe(formatWithOptions({}, ...args));
  });
});

describe("the console's methods", () => {
  type Action = (target: Console) => void;
  const both = (action: Action) => {
    const collect = () => {
      const seen = { out: "", error: "" };
      const into = (key: keyof typeof seen) =>
        new Writable({
          write(chunk, _encoding, done) {
            seen[key] += chunk;
            done();
          },
        });
      return { seen, into };
    };
    const [theirs, mine] = [collect(), collect()];
    action(new Console({ stdout: theirs.into("out"), stderr: theirs.into("error") }));
    const write = (stream: number, text: string) => {
      mine.seen[stream === 0 ? "out" : "error"] += text;
    };
    action(createConsole({ write, now: () => 0 }) as unknown as Console);
    return [mine.seen, theirs.seen];
  };

  it.each<[string, Action]>([
    [
      "table of objects",
      (c) =>
        c.table([
          { a: 1, b: "x" },
          { a: 2, c: true },
        ]),
    ],
    [
      "table of arrays",
      (c) =>
        c.table([
          [1, 2],
          [3, 4],
        ]),
    ],
    ["table of an object", (c) => c.table({ x: { v: 1 }, y: { v: 2 } })],
    ["table of mixed rows", (c) => c.table([1, "two", { three: 3 }, null])],
    [
      "table of a Map",
      (c) =>
        c.table(
          new Map<string, unknown>([
            ["k", 1],
            ["j", { a: 2 }],
          ]),
        ),
    ],
    ["table of a Set", (c) => c.table(new Set([1, "b"]))],
    ["table with columns", (c) => c.table([{ a: 1, b: 2 }], ["b"])],
    ["table of wide text", (c) => c.table([{ name: "日本" }])],
    ["table of no table", (c) => c.table(5)],
    [
      "groups",
      (c) => {
        c.group("a");
        c.log("b");
        c.group();
        c.log("c\nd");
        c.groupEnd();
        c.log("e");
        c.groupEnd();
        c.groupEnd();
        c.log("f");
      },
    ],
    [
      "counters",
      (c) => {
        c.count();
        c.count("x");
        c.count();
        c.countReset();
        c.count();
      },
    ],
    [
      "dir",
      (c) => {
        c.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
        c.dir({ a: { b: { c: { d: 1 } } } }, { depth: null });
      },
    ],
    ["dirxml", (c) => c.dirxml({ a: 1 }, [2])],
    [
      "assertions",
      (c) => {
        c.assert(false, "m %s", "x");
        c.assert(false);
        c.assert(true, "no");
        c.assert(false, { a: 1 });
      },
    ],
    [
      "streams",
      (c) => {
        c.info("i");
        c.debug("d");
        c.error("e %d", 5);
        c.warn("w");
      },
    ],
  ])("print as Node does: %s", (_name, action) => {
    const [mine, theirs] = both(action);
    expect(mine).toEqual(theirs);
  });
});
