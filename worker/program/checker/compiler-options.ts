/**
 * How strictly programs are checked. A program is written by a model, runs once and is thrown away: what would go wrong
 * when it runs is an error; what is only untidy is none, since each error costs another turn of the model.
 */
import type ts from "typescript-6";
import type { Compiler } from "./compiler.ts";

export function compilerOptions(compiler: Compiler): ts.CompilerOptions {
  return {
    strict: true,
    // A caught error is used as an error, and a field may be filled later: neither fails when it is right.
    useUnknownInCatchVariables: false,
    strictPropertyInitialization: false,
    noImplicitThis: false,
    allowUnreachableCode: true,
    allowUnusedLabels: true,
    allowJs: true,
    checkJs: false,
    // Each file becomes JavaScript by itself, so a type that is exported again must say that it is one.
    isolatedModules: true,
    target: compiler.ScriptTarget.ESNext,
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    // A file without imports has names of its own, too: its top level may await.
    moduleDetection: compiler.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  };
}

/**
 * Errors that say no more than that a type was not written down, by TypeScript's numbers. With `noImplicitAny` off they
 * would not come, but neither would the types that lists get from what is put into them.
 */
const UNTIDY: ReadonlySet<number> = new Set([
  ...[7005, 7006, 7008, 7009, 7010, 7011, 7013, 7015, 7016, 7018, 7019, 7020, 7022, 7023, 7024, 7025],
  ...[7031, 7032, 7033, 7034, 7051, 7052, 7055, 7056, 7057],
]);
/** An element whose name or object has no type: harmless, unless the name is spelt out and its object has others. */
const ELEMENT_OF_ANY = 7053;
const SPELT_OUT = /expression of type '".*"' can't be used to index type '(?!\{\}')/;

/** Whether an error is one that a running program would feel. */
export const isFelt = (code: number, message: string): boolean =>
  !UNTIDY.has(code) && (code !== ELEMENT_OF_ANY || SPELT_OUT.test(message));
