/** Fills a sample workspace with meetings and runs, so that a newcomer sees what there is to see. */
import type { Dependencies } from "../dependencies.ts";
import { LANGUAGE_TABLE } from "../domain/languages.ts";
import { keyOwner, type Principal } from "../domain/principal.ts";
import { SAMPLE_MEETINGS } from "../domain/sample-meetings.ts";
import { SAMPLE_KEY_PREFIX, SAMPLE_PROGRAMS, type SampleProgram } from "../domain/sample-programs.ts";
import { idempotencyKeyExists } from "../store/runs.ts";
import { addSampleMeeting } from "./manage-meetings.ts";
import { startRun } from "./start-run.ts";

/** Adds and starts the samples once for each person; repeating it, or two at once, do nothing twice. */
export async function fillSampleWorkspace(dependencies: Dependencies, principal: Principal): Promise<void> {
  // The last one's key tells that all were started: a start that was interrupted goes on where it stopped.
  const last = SAMPLE_KEY_PREFIX + SAMPLE_PROGRAMS.at(-1)!.slug;
  if (await idempotencyKeyExists(dependencies.db, keyOwner(principal), last)) return;
  for (const { slug } of SAMPLE_MEETINGS) await addSampleMeeting(dependencies, principal, slug);
  // One after another, so that the lanes line them up in this order.
  for (const sample of SAMPLE_PROGRAMS) await startSample(dependencies, principal, sample);
}

async function startSample(dependencies: Dependencies, principal: Principal, sample: SampleProgram): Promise<void> {
  const { language, code, limits, lane, slug } = sample;
  const entry = LANGUAGE_TABLE[language].entry;
  const started = await startRun(dependencies, principal, {
    program: { language, entry, files: { [entry]: code }, stdin: "", args: [] },
    limits,
    ...(lane === undefined ? {} : { lane }),
    idempotencyKey: SAMPLE_KEY_PREFIX + slug,
  });
  if (!started.ok) return dependencies.log.warn("a sample run could not be started", { code: started.code });
  if (sample.isCancelled) await dependencies.executor(started.value.id).cancel();
}
