/**
 * Small documented facts about the language and its standard library, tried in the shipped engine. What is expected was
 * taken from CPython: `python3 test/sandbox/python/verify-conformance.py` compares it with the one on this machine.
 */
import { expect, it } from "vitest";
import checks from "./conformance.json";
import { resultOf } from "./guest.ts";

type Checks = Readonly<Record<string, readonly (readonly string[])[]>>;

const TRY = `
import importlib, json
failures, passed = [], 0
for module, rows in json.load(open("checks.json")).items():
    names = {}
    if module not in ("builtins", "str", "list", "dict"):
        importlib.import_module(module)
        names[module.split(".")[0]] = importlib.import_module(module.split(".")[0])
    for expression, expected in rows:
        try: found = repr(eval(expression, names))
        except Exception as error: found = f"{type(error).__name__}: {error}"
        if found == expected: passed += 1
        else: failures.append([module, expression, expected, found])
{"passed": passed, "failures": failures}
`;

it("does what CPython does in every check", { timeout: 60_000 }, async () => {
  const all = Object.values(checks as Checks).flat();
  expect(all.length).toBeGreaterThanOrEqual(150);
  const files = { "main.py": TRY, "checks.json": JSON.stringify(checks) };
  const result = await resultOf(files, { limits: { timeoutMs: 60_000 } });
  const { passed, failures } = result as { passed: number; failures: unknown[] };
  console.log(`standard library: ${passed} of ${all.length} checks pass`);
  expect(failures).toEqual([]);
  expect(passed).toBe(all.length);
});
