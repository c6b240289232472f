/**
 * What the playground's form holds. Apart from its page, because the page's parts need it too.
 */
import { type Grants, NO_GRANTS } from "../domain/grants.ts";
import { type EditedProgram, PLAYGROUND_MODES, type PlaygroundMode } from "../domain/playground-modes.ts";
import type { Limits } from "../domain/program.ts";

/** What the form shows: an empty start, an example, a shared program, an earlier run, or what was sent and refused. */
export interface PlaygroundValues extends EditedProgram {
  /** As the person typed them; a limit that is missing shows its default. */
  readonly limits: Readonly<Partial<Record<keyof Limits, string>>>;
  /** What the next run may reach. Only a run that the person may open brings any along. */
  readonly grants: Grants;
}

export function blankPlayground(mode: PlaygroundMode): PlaygroundValues {
  const { entry, starter } = PLAYGROUND_MODES[mode];
  return { language: mode, entry, files: starter, stdin: "", args: [], limits: {}, grants: NO_GRANTS };
}
