/**
 * The two files of sucrase that `transpile.ts` uses. Both are named by path, so that Node, tests and the bundle take the
 * same, CommonJS, copy: the package's ES modules cannot be loaded by Node, and a mix of both would be bundled twice.
 */
declare module "sucrase/dist/index.js" {
  export { type Options, transform } from "sucrase";
}

declare module "sucrase/dist/parser/index.js" {
  export function parse(
    source: string,
    isJsx: boolean,
    isTypeScript: boolean,
    isFlow: boolean,
  ): { readonly tokens: readonly { readonly start: number; readonly end: number }[] };
}
