/** 100 people on the playground's path at once, each with a token and so a lane of their own. */
import { burst, ms, quantile, timed } from "../measure.ts";
import { type LoadClient, TINY } from "./product-load.ts";

export const PEOPLE = 100;
export const PEOPLE_BAR_MS = 2_000;
/** Programs of each person, one after the other. */
const TURNS = 10;
const WARM_UP = 100;

async function allAtOnce(clients: readonly LoadClient[], turns: number, work: (client: LoadClient) => Promise<void>) {
  const samples: number[] = [];
  const tookMs = await timed(() =>
    Promise.all(
      clients.map(async (client) => {
        for (let turn = 0; turn < turns; turn++) samples.push(await timed(() => work(client)));
      }),
    ),
  );
  return { samples, perSecond: (samples.length / tookMs) * 1_000 };
}

/** @param people a client for each of them */
export async function manyPeople(people: readonly LoadClient[], one: LoadClient): Promise<string[][]> {
  await allAtOnce(people, 1, (client) => client.nothing());
  for (let turn = 0; turn < WARM_UP; turn++) await one.execute(TINY);
  const first = await allAtOnce(people, 1, (client) => client.execute(TINY));
  const again = await allAtOnce(people, TURNS, (client) => client.execute(TINY));
  const shared = await burst(people.length, people.length * TURNS, () => one.execute(TINY));
  const empty = await burst(people.length, people.length * TURNS, () => one.nothing());
  const spread = ({ samples }: { readonly samples: readonly number[] }) =>
    `${ms(quantile(samples, 0.5))} / ${ms(quantile(samples, 0.99))}`;
  const peer = `one token ${spread(shared)}; empty endpoint ${spread(empty)}`;
  const rate = `one token ${shared.perSecond.toFixed(0)}; empty endpoint ${empty.perSecond.toFixed(0)}`;
  return [
    [`${people.length} people press Run at once, p50 / p99`, spread(first), `p99 < ${PEOPLE_BAR_MS} ms`, ""],
    [`${people.length} people, ${TURNS} programs each, p50 / p99`, spread(again), `p99 < ${PEOPLE_BAR_MS} ms`, peer],
    ["the same, runs a second", again.perSecond.toFixed(0), "", rate],
  ];
}
