/** What hostile programs do can be repeated: a replay ends at the same unit, with the same words. */
import { describe, expect, it } from "vitest";
import { run } from "../guest.ts";
import { type Ran, realClock } from "../harness.ts";
import { JAVASCRIPT_PROGRAMS } from "./javascript/programs.ts";

const EVERY = 6;
const sampled = JAVASCRIPT_PROGRAMS.filter((_, i) => i % EVERY === 0);

const visible = ({ outcome, usage: { wallMs, ...counted }, stdout, stderr, journal }: Ran) => ({
  ...{ outcome, counted, stdout, stderr, journal },
});

describe("a hostile program's replay", () => {
  it.each(sampled.map((program) => [`${program.family}: ${program.name}`, program] as const))(
    "is identical: %s",
    async (_name, { files, language, entry, stdin, limits }) => {
      // Small enough to be reached by many, so that stops from outside are replayed, too.
      const options = { language, entry, stdin, limits: { ...limits, timeoutMs: 30 } };
      const first = await run(files, { ...options, clock: realClock });
      const replay = JSON.parse(JSON.stringify(first.journal));
      expect(visible(await run(files, { ...options, replay }))).toEqual(visible(first));
    },
  );
});
