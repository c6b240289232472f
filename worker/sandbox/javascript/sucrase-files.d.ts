/**
 * The files of sucrase that `sucrase.ts` uses, as far as it uses them. They are named by path, so that Node, tests and the
 * bundle take the same, CommonJS, copy: the package's ES modules cannot be loaded by Node, and a mix of both would be
 * bundled twice. Internal to the package, which is pinned to one version.
 */
declare module "sucrase/dist/parser/index.js" {
  export interface Parsed {
    readonly tokens: readonly { readonly start: number; readonly end: number }[];
    readonly scopes: readonly unknown[];
  }
  export function parse(source: string, isJsx: boolean, isTypeScript: boolean, isFlow: boolean): Parsed;
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
    nextToken(): void;
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
  ) => { transform(): { readonly code: string; readonly mappings: readonly (number | undefined)[] } };
  export default module;
}
