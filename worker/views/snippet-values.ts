/** What the form of a snippet holds, as text. Apart from its page, because the page's parts need it too. */
import type { EffectMode } from "../domain/effect.ts";
import { LANGUAGE_TABLE, type Language } from "../domain/languages.ts";
import { DEFAULT_LIMITS, type Limits } from "../domain/program.ts";
import type { ParameterType } from "../domain/snippet-parameter.ts";

/** A declared parameter as it is typed; a row without a name is none. */
export interface ParameterRow {
  readonly name: string;
  readonly type: ParameterType;
  /** With commas between them. */
  readonly options: string;
  readonly required: boolean;
  readonly default: string;
  readonly description: string;
}

export interface SnippetValues {
  readonly name: string;
  readonly description: string;
  readonly language: Language;
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly parameters: readonly ParameterRow[];
  /** One per line. */
  readonly capabilities: string;
  readonly writesMax: string;
  readonly mode: EffectMode;
  readonly fetch: readonly string[];
  readonly model: boolean;
  readonly note: string;
}

export const EMPTY_PARAMETER: ParameterRow = {
  ...{ name: "", type: "string", options: "", required: false, default: "", description: "" },
};

const STARTER = `// What a program of the workspace imports: import { greet } from "snippets/NAME".
export function greet(name: string): string {
  return \`Hello, \${name}\`;
}
`;

export const NEW_SNIPPET: SnippetValues = {
  ...{ name: "", description: "", language: "typescript", entry: LANGUAGE_TABLE.typescript.entry },
  ...{ files: { [LANGUAGE_TABLE.typescript.entry]: STARTER }, limits: DEFAULT_LIMITS, parameters: [] },
  ...{ capabilities: "", writesMax: "", mode: "review", fetch: [], model: false, note: "" },
};
