import { describe, expect, it } from "vitest";
import type { TypeCheck, TypeDiagnostic } from "../../../worker/program/type-check.ts";
import { diagnosticRow, diagnosticText } from "../../../worker/program/type-check-text.ts";

const diagnostic = (given: Partial<TypeDiagnostic> = {}): TypeDiagnostic => ({
  ...{ file: "main.ts", line: 3, column: 9, length: 5, code: 2551, message: "Property 'titel' does not exist." },
  ...{ lineText: "  story.titel = 1;", lineTextColumn: 9 },
  ...given,
});
const checked = (diagnostics: TypeDiagnostic[], more = 0): TypeCheck => ({
  ...{ kind: "checked", by: "TypeScript", diagnostics, more, checkedFiles: 1, fuel: 1, elapsedMs: 1 },
});

describe("the row of a type error", () => {
  it("names the place and points at the characters below the line", () => {
    expect(diagnosticRow(diagnostic())).toEqual({
      place: "main.ts:3:9",
      code: "TS2551",
      message: "Property 'titel' does not exist.",
      source: "story.titel = 1;",
      pointer: "      ^^^^^",
    });
  });

  it("has no number for what the sandbox refuses", () => {
    expect(diagnosticRow(diagnostic({ code: 0 })).code).toBe("");
  });

  it("keeps tabs below tabs, and points at least at one character and at none behind the line", () => {
    const { source, pointer } = diagnosticRow(
      diagnostic({ lineText: "\ta\tbad", lineTextColumn: 4, length: 400, column: 4 }),
    );
    expect([source, pointer]).toEqual(["a\tbad", " \t^^^"]);
    expect(diagnosticRow(diagnostic({ lineText: "f(", lineTextColumn: 3, length: 1 })).pointer).toBe("  ^");
    expect(diagnosticRow(diagnostic({ lineText: "", lineTextColumn: 1 })).pointer).toBe("^");
  });

  it("points into a line that was cut", () => {
    const { source, pointer } = diagnosticRow(
      diagnostic({ column: 5_000, lineText: "x = bad;", lineTextColumn: 5, length: 3 }),
    );
    expect(source.slice(pointer.indexOf("^"), pointer.lastIndexOf("^") + 1)).toBe("bad");
  });
});

describe("the text of a type check", () => {
  it("tells each error with its line", () => {
    const second = diagnostic({
      line: 9,
      column: 1,
      code: 0,
      message: "no namespaces",
      lineText: "namespace A {}",
      lineTextColumn: 1,
    });
    expect(diagnosticText(checked([diagnostic(), second], 2))).toBe(
      [
        "main.ts:3:9 TS2551 Property 'titel' does not exist.",
        "    story.titel = 1;",
        "          ^^^^^",
        "main.ts:9:1 no namespaces",
        "    namespace A {}",
        "    ^^^^^",
        "… and 2 more type errors",
      ].join("\n"),
    );
  });

  it("is empty for a program without errors, and for one that was not checked", () => {
    expect(diagnosticText(checked([]))).toBe("");
    expect(diagnosticText({ kind: "not-checked", reason: "busy", message: "later" })).toBe("");
  });

  it("stays short, and counts what it leaves out", () => {
    const many = Array.from({ length: 50 }, () => diagnostic({ message: "x".repeat(1_000) }));
    const text = diagnosticText(checked(many, 7));
    expect(text.length).toBeLessThan(7_000);
    const told = text.match(/^main\.ts/gm)!.length;
    expect(text).toContain(`… and ${57 - told} more type errors`);
  });
});
