/** Input that is unusual and valid: it reaches a program as it is. */
import { expect, it } from "vitest";
import { resultOf } from "./guest.ts";

const STDIN = "a\0b\ud800c\n\udc00";

it.each([
  [
    "NUL and lone surrogates on stdin",
    'import { stdin } from "runyard"; export default stdin.text();',
    { stdin: STDIN },
    STDIN,
  ],
  [
    "NUL and lone surrogates as an argument",
    'import { args } from "runyard"; export default args[0];',
    { args: [STDIN] },
    STDIN,
  ],
])("%s", async (_name, code, input, expected) => {
  expect(await resultOf(code, input)).toBe(expected);
});

it("a JSON module of 5,000 levels", async () => {
  const files = {
    "main.js": "import a from './a.json'; let n = 0; for (let b = a; b !== undefined; b = b[0]) n++; export default n;",
    "a.json": `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  };
  expect(await resultOf(files, { entry: "main.js" })).toBe(5_000);
});
