/**
 * The part of TypeScript that checks types, as `scripts/checker/compiler-bundle.ts` makes it, with its meter. A compiler
 * has state of its own: one that failed for another reason than fuel is thrown away.
 */
import type ts from "typescript-6";

type Parts =
  | ("createProgram" | "createSourceFile" | "flattenDiagnosticMessageText" | "version")
  | ("DiagnosticCategory" | "JSDocParsingMode" | "ModuleDetectionKind" | "ModuleKind" | "ModuleResolutionKind")
  | ("ScriptKind" | "ScriptTarget");

export interface Compiler extends Pick<typeof ts, Parts> {
  /** Units that the type checker may use from now on; it throws when they are used up. */
  setFuel(fuel: number): void;
  getFuel(): number;
  isOutOfFuel(error: unknown): boolean;
}
