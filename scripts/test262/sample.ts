/** Which part of Test262 is run, and what is left out by name, each with its reason. */

/** Folders below the suite's `language` and `built-ins`; one row of the table each. */
export const SAMPLE: readonly string[] = [
  ...["arguments-object", "asi", "block-scope", "comments", "computed-property-names", "destructuring"].map(language),
  ...["directive-prologue", "eval-code", "expressions", "function-code", "future-reserved-words"].map(language),
  ...["identifier-resolution", "identifiers", "import", "keywords", "line-terminators", "literals"].map(language),
  ...["module-code", "punctuators", "reserved-words", "rest-parameters", "statementList", "statements"].map(language),
  ...["types", "white-space"].map(language),
  ...["Array", "ArrayBuffer", "ArrayIteratorPrototype", "AsyncFunction", "AsyncGeneratorPrototype", "BigInt"].map(
    builtIn,
  ),
  ...["Boolean", "DataView", "Date", "Error", "FinalizationRegistry", "Function", "GeneratorPrototype", "JSON"].map(
    builtIn,
  ),
  ...["Map", "Math", "NativeErrors", "Number", "Object", "Promise", "Proxy", "Reflect", "RegExp", "Set"].map(builtIn),
  ...["String", "Symbol", "TypedArray", "TypedArrayConstructors", "WeakMap", "WeakRef", "WeakSet"].map(builtIn),
  ...["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "eval", "global"].map(builtIn),
  ...["isFinite", "isNaN", "parseFloat", "parseInt"].map(builtIn),
];

function language(folder: string): string {
  return `language/${folder}`;
}
function builtIn(folder: string): string {
  return `built-ins/${folder}`;
}

/** Features, as tests name them, that the engine does not have or that a guest must not have. */
export const SKIPPED_FEATURES: Readonly<Record<string, string>> = {
  Temporal: "not in the engine",
  ShadowRealm: "not in the engine",
  decorators: "not in the engine",
  "explicit-resource-management": "not in the engine",
  "import-defer": "not in the engine",
  "source-phase-imports": "not in the engine",
  "source-phase-imports-module-source": "not in the engine",
  "tail-call-optimization": "not in the engine",
  "json-modules": "the sandbox gives a data file to whoever imports it, with or without attributes",
  "import-attributes": "the sandbox ignores them",
  "import-assertions": "withdrawn from the language",
  "Intl.NumberFormat-v3": "there is no Intl",
  Atomics: "taken from the guest: there are no threads that could share",
  "Atomics.waitAsync": "taken from the guest: there are no threads that could share",
  "cross-realm": "a guest has one realm",
  "host-gc-required": "a guest cannot ask for garbage collection",
  IsHTMLDDA: "exists in browsers alone",
};

/** Flags of a test that ask for more than one agent. */
export const SKIPPED_FLAGS: readonly string[] = ["CanBlockIsTrue", "CanBlockIsFalse", "non-deterministic"];
