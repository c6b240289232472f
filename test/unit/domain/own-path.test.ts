import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OWN_PATH_CHARS, ownPath, ownPathOf } from "../../../worker/domain/own-path.ts";

const ORIGIN = "https://runyard.test";
/** What browsers and proxies read differently is more likely than by chance. */
const pieces = fc.constantFrom(
  ...["/", "//", "\\", "/\\", "\t", "\n", "\r", "\0", "@", ":", "?", "#", ".", "..", "%2f", "%5c", "%0d%0a", " "],
  ...["https:", "javascript:", "evil.example", "settings", "é", "\u2028", "\u202e"],
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string(),
);

describe("a path of ours", () => {
  it.each(["/", "/settings/budgets", "/runs?state=failed&q=a%20b", "/runs/run_1#log"])("is %s", (path) => {
    expect(ownPath(path)).toBe(path);
  });

  it.each([
    "",
    "settings",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "/a\nb",
    `/${"x".repeat(500)}`,
  ])("is not %j", (text) => {
    expect(ownPath(text)).toBe("/");
  });

  it("never leads to another server, and is never two lines of a header, whatever it was made from", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          texts.map((text) => `/${text}`),
        ),
        (text) => {
          const path = ownPath(text);
          expect(new URL(path, ORIGIN).origin).toBe(ORIGIN);
          expect(path).toMatch(/^\/[\x21-\x7e]*$/);
          expect(path.length).toBeLessThanOrEqual(OWN_PATH_CHARS);
          expect(ownPath(path)).toBe(path);
        },
      ),
    );
  });

  it("is taken from an address of this server alone", () => {
    expect(ownPathOf(`${ORIGIN}/runs?q=1#x`, ORIGIN)).toBe("/runs?q=1");
    for (const other of ["https://evil.example/runs", "", "/runs", `${ORIGIN}//evil.example`])
      expect(ownPathOf(other, ORIGIN)).toBe("/");
  });
});
