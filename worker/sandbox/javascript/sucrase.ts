/**
 * Drives sucrase: one parse of a file, and the JavaScript made from it. Knows nothing of what is refused; see `transpile.ts`.
 * Invariant: the work is bounded by the length of the source, in counted looks and not in time. sucrase's own entry
 * cannot promise that: it collects a stack for each thing it tried in vain, searches a free name for each field of a
 * class from the beginning, and writes nested classes again at each level.
 */
/// <reference path="./sucrase-files.d.ts" />
import shadowed from "sucrase/dist/identifyShadowedGlobals.js";
import { type Parsed, parse } from "sucrase/dist/parser/index.js";
import processor from "sucrase/dist/TokenProcessor.js";
import root from "sucrase/dist/transformers/RootTransformer.js";
import imported from "sucrase/dist/util/getTSImportedNames.js";

/** What a CommonJS file exports as its default: Node and bundlers do not agree on whether an import unwraps it. */
function defaultOf<T extends object>(module: T | { readonly default: T }): T {
  return "default" in module ? module.default : module;
}

const identifyShadowedGlobals = defaultOf(shadowed);
const TokenProcessor = defaultOf(processor);
const RootTransformer = defaultOf(root);
const getTSImportedNames = defaultOf(imported);

/** Counts how often sucrase looks at a character while it parses, and at a token afterwards. */
class Looks {
  #left: number;

  /** Ordinary code takes 1 to 3 looks a character, minified code up to 3.5. */
  constructor(chars: number) {
    this.#left = 60_000 + 6 * chars;
  }

  take(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    throw new Error(
      "the code is nested too deeply to be parsed, or too hard; give inner functions and classes a name (1:1)",
    );
  }
}

/** The parser takes any object that behaves like a string. */
class MeteredSource extends String {
  readonly #text: string;
  readonly #looks: Looks;

  constructor(text: string, looks: Looks) {
    super(text);
    this.#text = text;
    this.#looks = looks;
  }

  override charCodeAt(index: number): number {
    this.#looks.take();
    return this.#text.charCodeAt(index);
  }

  override slice(start?: number, end?: number): string {
    this.#looks.take();
    return this.#text.slice(start, end);
  }
}

/** Names of functions for the fields of classes, which are not written where fields stay as they are. */
const NAMES = {
  claimFreeName(name: string): string {
    if (name.startsWith("__init")) return name;
    throw new Error(`sucrase would write a name of its own: ${name}`);
  },
};

/** Functions that older JavaScript needs; for types alone there are none. */
const HELPERS = {
  emitHelpers: () => "",
  getHelperName(name: string): never {
    throw new Error(`sucrase would write a function of its own: ${name}`);
  },
};

class MeteredTokens extends TokenProcessor {
  readonly looks: Looks;

  constructor(source: string, { tokens }: Parsed, looks: Looks) {
    const [isFlow, disableEsTransforms] = [false, true];
    super(source, tokens, isFlow, disableEsTransforms, HELPERS);
    this.looks = looks;
  }

  override nextToken(): void {
    this.looks.take();
    super.nextToken();
  }
}

/** Errors inside sucrase need no stack. */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** JavaScript, and the offset in it of each token of the source; undefined for a token that was dropped. */
export interface Written {
  readonly code: string;
  readonly mappings: readonly (number | undefined)[];
}

export class ParsedSource {
  readonly file: Parsed;
  readonly #source: string;
  readonly #looks: Looks;

  /** @throws what sucrase throws; RangeError where the source is nested too deeply for the host's stack */
  constructor(source: string, isTypeScript: boolean) {
    this.#looks = new Looks(source.length);
    this.#source = new MeteredSource(source, this.#looks) as unknown as string;
    const [isJsx, isFlow] = [false, false];
    this.file = withoutStacks(() => parse(this.#source, isJsx, isTypeScript, isFlow));
  }

  /** Drops the types. Once only: it changes the tokens. @throws as the constructor */
  withoutTypes(): Written {
    return withoutStacks(() => {
      const tokenProcessor = new MeteredTokens(this.#source, this.file, this.#looks);
      const { scopes } = this.file;
      identifyShadowedGlobals(tokenProcessor, scopes, getTSImportedNames(tokenProcessor));
      const context = { tokenProcessor, scopes, nameManager: NAMES, helperManager: HELPERS, importProcessor: null };
      const transforms = ["typescript"] as const;
      return new RootTransformer(context, transforms, false, { transforms, disableESTransforms: true }).transform();
    });
  }
}
