/** A meeting processed in the way that was chosen, and in the other one where that fails for good and the workspace allows it. */
import { allowsFallback, type ProcessingVersion } from "../domain/meeting-processing.ts";
import type { Processed, ProcessedMeeting, ProcessingOptions, ProcessingPorts } from "./ports.ts";
import { processByProgram } from "./process-by-program.ts";
import { processByTools } from "./process-by-tools.ts";

/** What came of it. `calls` are those of both ways. */
export type MeetingProcessed = Processed & {
  /** Why v2 was given up for v1; null where it was not. */
  readonly fellBackFrom: string | null;
};

export async function processMeeting(
  ports: ProcessingPorts,
  meeting: ProcessedMeeting,
  {
    version,
    fallback,
    ...options
  }: ProcessingOptions & { readonly version: ProcessingVersion; readonly fallback: boolean },
): Promise<MeetingProcessed> {
  if (version === "v1") return { ...(await processByTools(ports, meeting, options)), fellBackFrom: null };
  const first = await processByProgram(ports, meeting, options);
  if (first.kind === "processed" || !fallback || !allowsFallback(first.reason)) return { ...first, fellBackFrom: null };
  ports.tell({ type: "note", text: `${first.sentence} The meeting is processed by tool calls instead.` });
  const second = await processByTools(ports, meeting, options);
  return { ...second, calls: [...first.calls, ...second.calls], fellBackFrom: first.sentence };
}
