/** What the benchmarks share: samples, quantiles, and clients that come one by one or all at once. */

export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export async function repeat(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < times; index++) samples.push(await timed(work));
  return samples;
}

export interface Burst {
  readonly samples: readonly number[];
  readonly perSecond: number;
}

/** So many clients, each of which asks again as soon as it is answered, until `total` were begun. */
export async function burst(clients: number, total: number, work: () => Promise<unknown>): Promise<Burst> {
  const samples: number[] = [];
  let begun = 0;
  const wallMs = await timed(() =>
    Promise.all(
      Array.from({ length: clients }, async () => {
        while (begun++ < total) samples.push(await timed(work));
      }),
    ),
  );
  return { samples, perSecond: (samples.length / wallMs) * 1_000 };
}

export const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`| ${head.join(" | ")} |\n|${head.map(() => "---|").join("")}`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}
