/**
 * Instants and durations. Without a script an instant reads as a UTC date and a running duration as a dash.
 */
import { durationMs, formatDuration, formatInstant } from "../format.ts";

/** "4 s ago", kept fresh by the client; hovering shows the instant. */
export function RelativeTime({ at, id }: { readonly at: string; readonly id?: string }) {
  return (
    <relative-time id={id} datetime={at} format-style="narrow" precision="second" title={formatInstant(at)}>
      {formatInstant(at)}
    </relative-time>
  );
}

export interface DurationProps {
  readonly from: string | null;
  readonly to: string | null;
}

/** Time between two instants; with no end yet, a counter that the client moves every second. */
export function Duration({ from, to }: DurationProps) {
  if (from !== null && to === null) {
    return (
      <span class="duration" data-since={from}>
        –
      </span>
    );
  }
  return <span class="duration">{formatDuration(durationMs(from, to))}</span>;
}
