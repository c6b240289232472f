/**
 * How failures divide among the error classes: one bar, and a legend that leads to the runs of each class. The colours
 * only repeat what the legend says; widths are SVG attributes, since the policy forbids inline style.
 */
import type { ErrorCategory } from "../../domain/guest-outcome.ts";
import { formatCount } from "../format.ts";

export interface ErrorClassBarProps {
  readonly classes: readonly { readonly category: ErrorCategory; readonly count: number }[];
}

export function ErrorClassBar({ classes }: ErrorClassBarProps) {
  const shown = classes.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return <p class="muted bar-empty">No errors in this range.</p>;
  let from = 0;
  const segments = shown.map(({ category, count }) => {
    const width = (count / total) * 100;
    const segment = { category, count, x: from, width };
    from += width;
    return segment;
  });
  return (
    <>
      <svg class="class-bar" width="100%" height="10" aria-hidden="true">
        {segments.map(({ category, x, width }) => (
          <rect class={`class-${category}`} x={`${x.toFixed(3)}%`} width={`${width.toFixed(3)}%`} height="10" />
        ))}
      </svg>
      <ul class="class-legend">
        {segments.map(({ category, count, width }) => (
          <li>
            <a href={`/runs?error=${category}`}>
              <svg class="class-key" width="10" height="10" aria-hidden="true">
                <rect class={`class-${category}`} width="10" height="10" rx="2" />
              </svg>
              {category} <b>{formatCount(count)}</b> <span class="muted">{Math.round(width)} %</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
