/**
 * What the playground's form holds. Apart from its page, because the page's parts need it too.
 */
import { LANGUAGE_TABLE, type Language } from "../domain/languages.ts";
import type { Limits } from "../domain/program.ts";

/** What the form shows: an empty start, an example, a shared program, or what was sent and refused. */
export interface PlaygroundValues {
  readonly language: Language;
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly args: readonly string[];
  /** As the person typed them; a limit that is missing shows its default. */
  readonly limits: Readonly<Partial<Record<keyof Limits, string>>>;
}

export const BLANK_PLAYGROUND: PlaygroundValues = {
  language: "typescript",
  entry: LANGUAGE_TABLE.typescript.entry,
  files: { [LANGUAGE_TABLE.typescript.entry]: 'console.log("Hello from the yard");\n' },
  stdin: "",
  args: [],
  limits: {},
};
