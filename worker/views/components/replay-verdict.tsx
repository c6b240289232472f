/** What a replay found, as a notice below the run's header. Its words are only as strong as what was compared. */
import type { ReplayDifference, ReplayVerdict } from "../../domain/replay.ts";
import { ELEMENT_ID } from "../element-id.ts";
import { formatBytes, formatCount, formatDuration } from "../format.ts";
import { Icon } from "./icon.tsx";

const ASPECT_WORDS: Readonly<Record<ReplayDifference["aspect"], string>> = {
  output: "Output",
  "host-call": "Host calls",
  state: "State",
  result: "Result",
  error: "Error",
  fuel: "Fuel",
  memory: "Memory",
};

/** The place that a verdict is put into; empty until somebody asks for one. */
export function ReplayPlace({ verdict }: { readonly verdict: ReplayVerdict | null }) {
  return (
    <div id={ELEMENT_ID.replayVerdict} role="status">
      {verdict === null ? null : <Verdict verdict={verdict} />}
    </div>
  );
}

function Verdict({ verdict: { identical, difference, engine, usage } }: { readonly verdict: ReplayVerdict }) {
  if (identical || difference === null) {
    return (
      <div class="notice notice-succeeded">
        <Icon name="circle-check" />
        <span>
          <b>Verified: identical.</b> The program ran again from its journal: the same output (
          {formatBytes(usage.outputBytes)}), end, result, memory and {formatCount(usage.fuel)} units of fuel, in{" "}
          {formatDuration(usage.wallMs)} without the waiting.
        </span>
      </div>
    );
  }
  return (
    <div class="notice notice-failed">
      <Icon name="triangle-alert" />
      <div>
        <b>Not identical.</b> {ASPECT_WORDS[difference.aspect]}
        {difference.place === null ? null : `, ${difference.place}`}:
        <dl class="difference">
          <Side name="Then" value={difference.recorded} />
          <Side name="Now" value={difference.replayed} />
        </dl>
        {engine.recorded === engine.replayed ? null : (
          <p class="muted">
            Another engine ran it then: {engine.recorded}, now {engine.replayed}.
          </p>
        )}
      </div>
    </div>
  );
}

function Side({ name, value }: { readonly name: string; readonly value: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value === null ? <span class="muted">nothing</span> : <code>{value}</code>}</dd>
    </div>
  );
}
