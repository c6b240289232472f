/**
 * Drives sucrase: one parse of a file, and the JavaScript made from it. Knows nothing of what is refused; see `transpile.ts`.
 * Invariant: the work is bounded by the length of the source, in counted looks and not in time. sucrase's own entry
 * cannot promise that: it collects a stack for each thing it tried in vain, searches a free name for each field of a
 * class from the beginning, writes nested classes again at each level, and tries types at each left shift.
 * A long source is read and written in steps that end between two statements of the file; one statement, however long,
 * is read in one step.
 */
/// <reference path="./sucrase-files.d.ts" />
import shadowed from "sucrase/dist/identifyShadowedGlobals.js";
import { eat, nextToken, skipLineComment } from "sucrase/dist/parser/tokenizer/index.js";
import { Scope } from "sucrase/dist/parser/tokenizer/state.js";
import { TokenType } from "sucrase/dist/parser/tokenizer/types.js";
import parser, { type State } from "sucrase/dist/parser/traverser/base.js";
import { parseStatement } from "sucrase/dist/parser/traverser/statement.js";
import processor from "sucrase/dist/TokenProcessor.js";
import root from "sucrase/dist/transformers/RootTransformer.js";
import imported from "sucrase/dist/util/getTSImportedNames.js";
import { leftShiftOffsets } from "./left-shifts.ts";
import { TYPESCRIPT_STEP_CHARS } from "./limits.ts";
import type { Steps } from "./steps.ts";

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

const [AMPERSAND, LESS_THAN] = [0x26, 0x3c];

/**
 * The parser takes any object that behaves like a string. It sees a left shift as `&&`: an operator of two characters
 * too, which it never mistakes for types, and which ends no literal or comment. What is written is copied by `slice`.
 */
class MeteredSource extends String {
  readonly #text: string;
  readonly #looks: Looks;
  readonly #shifts: ReadonlySet<number>;

  constructor(text: string, looks: Looks) {
    super(text);
    this.#text = text;
    this.#looks = looks;
    this.#shifts = leftShiftOffsets(text);
  }

  override charCodeAt(index: number): number {
    this.#looks.take();
    const code = this.#text.charCodeAt(index);
    return code === LESS_THAN && this.#shifts.has(index) ? AMPERSAND : code;
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

  constructor(source: string, tokens: State["tokens"], looks: Looks) {
    const [isFlow, disableEsTransforms] = [false, true];
    super(source, tokens, isFlow, disableEsTransforms, HELPERS);
    this.looks = looks;
  }

  override nextToken(): void {
    this.looks.take();
    super.nextToken();
  }

  /** The offset in the source up to which the file is written. */
  get writtenChars(): number {
    return this.tokens[this.tokenIndex - 1]?.end ?? 0;
  }

  /** Called where the last step begins: what the others wrote stays. */
  override reset(): void {}
}

const [IS_JSX, IS_FLOW] = [false, false];

/** A parse under way. sucrase's parser keeps its state in its modules, where another file's may be found after a pause. */
class Parse {
  readonly #source: string;
  readonly #isTypeScript: boolean;
  readonly #state: State;
  #nextContextId: number;

  constructor(source: string, isTypeScript: boolean) {
    this.#source = source;
    this.#isTypeScript = isTypeScript;
    parser.initParser(source, IS_JSX, isTypeScript, IS_FLOW);
    this.#state = parser.state;
    if (source.charCodeAt(0) === 0x23 && source.charCodeAt(1) === 0x21) skipLineComment(2);
    nextToken();
    this.#nextContextId = parser.nextContextId;
  }

  /** Reads statements until `chars` more were read. False where it came to the end. */
  goOn(chars: number): boolean {
    parser.input = this.#source;
    parser.state = this.#state;
    parser.nextContextId = this.#nextContextId;
    parser.isTypeScriptEnabled = this.#isTypeScript;
    const until = this.#state.pos + chars;
    while (this.#state.pos < until) {
      if (eat(TokenType.eof) || this.#state.error !== null) return false;
      parseStatement(true);
    }
    this.#nextContextId = parser.nextContextId;
    return true;
  }

  /** @throws where the source is no program */
  end(): State {
    const state = this.#state;
    const isFunction = true;
    state.scopes.push(new Scope(0, state.tokens.length, isFunction));
    if (state.error !== null) throw parser.augmentError(state.error);
    if (state.scopeDepth !== 0) throw new Error("sucrase's scopes do not end where the file does");
    return state;
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
  readonly file: Pick<State, "tokens" | "scopes">;
  readonly #source: string;
  readonly #looks: Looks;

  private constructor(source: string, looks: Looks, file: State) {
    this.file = file;
    this.#source = source;
    this.#looks = looks;
  }

  /** @throws what sucrase throws; RangeError where the source is nested too deeply for the host's stack */
  static *parse(text: string, isTypeScript: boolean): Steps<ParsedSource> {
    const looks = new Looks(text.length);
    const source = new MeteredSource(text, looks) as unknown as string;
    const parse = withoutStacks(() => new Parse(source, isTypeScript));
    while (withoutStacks(() => parse.goOn(TYPESCRIPT_STEP_CHARS))) yield;
    return new ParsedSource(
      source,
      looks,
      withoutStacks(() => parse.end()),
    );
  }

  /** Drops the types. Once only: it changes the tokens. @throws as `parse` */
  *withoutTypes(): Steps<Written> {
    const isLong = this.#source.length > TYPESCRIPT_STEP_CHARS;
    const tokenProcessor = new MeteredTokens(this.#source, this.file.tokens, this.#looks);
    const { scopes } = this.file;
    if (isLong) yield;
    withoutStacks(() => identifyShadowedGlobals(tokenProcessor, scopes, getTSImportedNames(tokenProcessor)));
    if (isLong) yield;
    const context = { tokenProcessor, scopes, nameManager: NAMES, helperManager: HELPERS, importProcessor: null };
    const transforms = ["typescript"] as const;
    const options = { transforms, disableESTransforms: true };
    const writer = withoutStacks(() => new RootTransformer(context, transforms, false, options));
    if (isLong) yield;
    while (withoutStacks(() => goOn(writer, tokenProcessor))) yield;
    return withoutStacks(() => writer.transform());
  }
}

/** Writes tokens until the next step begins. False where it came to the end. */
function goOn(writer: { processToken(): void }, tokens: MeteredTokens): boolean {
  const until = tokens.writtenChars + TYPESCRIPT_STEP_CHARS;
  while (!tokens.isAtEnd()) {
    if (tokens.writtenChars > until) return true;
    writer.processToken();
  }
  return false;
}
