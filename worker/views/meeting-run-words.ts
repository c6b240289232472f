/** How runs about meetings are told: versions, modes and figures. */
import type { EffectMode } from "../domain/effect.ts";
import type { ProcessingVersion } from "../domain/meeting-processing.ts";
import { hasNews, type MeetingRun } from "../domain/meeting-run.ts";
import { durationMs, formatCount, formatDuration, formatMicros, plural } from "./format.ts";

export const VERSION_WORDS: Readonly<Record<ProcessingVersion, string>> = {
  v1: "V1 · tool calls",
  v2: "V2 · one program",
};

export const EFFECT_MODE_WORDS: Readonly<Record<EffectMode, string>> = {
  review: "Review each write first",
  auto: "Write at once",
};

/** The models that wrote, each once; before the first call the one that was chosen. */
export function modelsWord({ calls, plan }: MeetingRun): string {
  return namesOf(calls.filter(({ phase }) => phase !== "review")) ?? plan.model ?? "–";
}

/** The model that reviewed, or is still to review; null where none did. A look at one's own program is called that. */
export function reviewerWord({ calls, plan, finishedAt }: MeetingRun): string | null {
  const name = namesOf(calls.filter(({ phase }) => phase === "review"));
  if (name === null) return finishedAt === null ? plan.reviewModel : null;
  return plan.reviewModel === null ? "the same model" : name;
}

function namesOf(calls: MeetingRun["calls"]): string | null {
  return [...new Set(calls.map(({ model }) => model))].join(", ") || null;
}

export interface Figure {
  readonly label: string;
  readonly value: (run: MeetingRun) => string;
}

const marked = (run: MeetingRun, text: string) => (run.totals.estimated ? `${text} (estimated)` : text);

/** What was measured of a run; the same rows wherever runs are set against each other. */
export const FIGURES: readonly Figure[] = [
  { label: "Model", value: modelsWord },
  { label: "Reviewed by", value: (run) => reviewerWord(run) ?? "nobody" },
  { label: "Calls of models", value: ({ totals }) => formatCount(totals.calls) },
  { label: "Tokens in", value: (run) => marked(run, formatCount(run.totals.inputTokens)) },
  { label: "of these from a cache", value: ({ totals }) => formatCount(totals.cacheReadTokens) },
  { label: "Tokens out", value: (run) => marked(run, formatCount(run.totals.outputTokens)) },
  { label: "Cost", value: costWord },
  { label: "Time of the models", value: ({ totals }) => formatDuration(totals.modelMs) },
  { label: "Time of the run", value: ({ startedAt, finishedAt }) => formatDuration(durationMs(startedAt, finishedAt)) },
  { label: "Writes", value: ({ effects }) => formatCount(effects) },
  { label: "of these decided before", value: ({ remembered }) => formatCount(remembered) },
  { label: "Made before", value: ({ unchanged }) => formatCount(unchanged) },
];

export function costWord({ totals }: MeetingRun): string {
  return totals.isMock ? "none (mock)" : formatMicros(totals.costMicros);
}

/** What a run came to, in a few words. */
export function outcomeWord(run: MeetingRun): string {
  const { state, effects, unchanged } = run;
  if (state === "queued" || state === "running") return "…";
  if (state !== "succeeded") return "Failed";
  if (hasNews(run)) return plural(effects, "write");
  return unchanged > 0 || effects > 0 ? "Nothing new" : "Nothing found";
}
