/** The attempts of a run that needed more than one: when each began and ended, and why it was lost. */
import type { Attempt } from "../../domain/run.ts";
import { formatInstant } from "../format.ts";
import { Icon } from "./icon.tsx";
import { RUN_LOOKS } from "./status-badge.tsx";
import { Duration } from "./time.tsx";

export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  if (attempts.length < 2 && !attempts.some(({ ending }) => ending === "lost")) return null;
  return (
    <section aria-labelledby="attempts-title">
      <h2 id="attempts-title">Attempts</h2>
      <ol class="attempts">
        {attempts.map(({ number, startedAt, endedAt, ending }) => (
          <li>
            <Ending ending={ending} />
            <span>Attempt {number}</span>
            <span class="muted">
              began {formatInstant(startedAt)}, <Duration from={startedAt} to={endedAt} />
              {ending === "lost" ? ": the server went down while it ran" : ""}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Ending({ ending }: Pick<Attempt, "ending">) {
  const look =
    ending === "lost" ? ({ tone: "failed", icon: "triangle-alert", word: "Lost" } as const) : RUN_LOOKS[ending];
  return (
    <span class="status" data-tone={look.tone}>
      <Icon name={look.icon} /> {look.word}
    </span>
  );
}
