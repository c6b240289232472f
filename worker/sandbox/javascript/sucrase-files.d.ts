/**
 * The files of sucrase that `sucrase.ts` uses, as far as it uses them. They are named by path, so that Node, tests and the
 * bundle take the same, CommonJS, copy: the package's ES modules cannot be loaded by Node, and a mix of both would be
 * bundled twice. Internal to the package, which is pinned to one version.
 */
declare module "sucrase/dist/parser/traverser/base.js" {
  export interface State {
    readonly pos: number;
    readonly tokens: readonly { readonly start: number; readonly end: number }[];
    readonly scopes: unknown[];
    readonly scopeDepth: number;
    readonly error: Error | null;
  }
  /** The one parser that is under way: its functions know no other. */
  const module: {
    state: State;
    input: string;
    nextContextId: number;
    isTypeScriptEnabled: boolean;
    initParser(source: string, isJsx: boolean, isTypeScript: boolean, isFlow: boolean): void;
    augmentError(error: Error): Error;
  };
  export default module;
}

declare module "sucrase/dist/parser/traverser/statement.js" {
  export function parseStatement(isDeclaration: boolean): void;
}

declare module "sucrase/dist/parser/tokenizer/index.js" {
  export function eat(type: number): boolean;
  export function nextToken(): void;
  export function skipLineComment(chars: number): void;
}

declare module "sucrase/dist/parser/tokenizer/types.js" {
  export const TokenType: { readonly eof: number };
}

declare module "sucrase/dist/parser/tokenizer/state.js" {
  export class Scope {
    constructor(startToken: number, endToken: number, isFunction: boolean);
  }
}

declare module "sucrase/dist/TokenProcessor.js" {
  class TokenProcessor {
    constructor(
      source: string,
      tokens: readonly object[],
      isFlow: boolean,
      disableEsTransforms: boolean,
      helpers: object,
    );
    readonly tokens: readonly { readonly end: number }[];
    readonly tokenIndex: number;
    nextToken(): void;
    isAtEnd(): boolean;
    reset(): void;
  }
  const module: typeof TokenProcessor;
  export default module;
}

declare module "sucrase/dist/identifyShadowedGlobals.js" {
  const module: (tokens: object, scopes: readonly unknown[], names: ReadonlySet<string>) => void;
  export default module;
}

declare module "sucrase/dist/util/getTSImportedNames.js" {
  const module: (tokens: object) => ReadonlySet<string>;
  export default module;
}

declare module "sucrase/dist/transformers/RootTransformer.js" {
  const module: new (
    context: object,
    transforms: readonly string[],
    legacyInterop: boolean,
    options: object,
  ) => {
    processToken(): void;
    transform(): { readonly code: string; readonly mappings: readonly (number | undefined)[] };
  };
  export default module;
}
