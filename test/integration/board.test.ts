import { env as bindings } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { laneObjectName, PRIORITIES } from "../../worker/domain/lane.ts";
import { program, start, startSleeper } from "../support/runs.ts";
import { api, browse, createTenant, freshDatabase, type Tenant } from "../support/workerd.ts";

const { RUN_QUEUE } = bindings as unknown as Env;
const LANES = ["repository:web", "repository:docs"] as const;
const PARTIAL = { "hx-request": "true", "hx-request-type": "partial" };
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

interface Card {
  readonly runId: string;
  readonly priority: string;
  readonly lane: string;
  readonly place: string;
  readonly isHeld: boolean;
  readonly isPaused: boolean;
}

/** The cards of a board, as a reader sees them. */
function cardsOf(html: string): Card[] {
  return html
    .split('<section class="board-column"')
    .slice(1)
    .flatMap((column) => {
      const priority = /data-priority="(\w+)"/.exec(column)![1]!;
      return column
        .split('<li id="card-')
        .slice(1)
        .map((card) => ({
          ...{ runId: /^(run_\w+)/.exec(card)![1]!, priority },
          lane: /class="queue-card-place"><a [^>]*title="([^"]+)"/.exec(card)![1]!,
          place: /<span>(\d+ of \d+)<\/span>/.exec(card)![1]!,
          isHeld: card.includes(" held by ana"),
          isPaused: card.includes(" lane paused by ana"),
        }));
    });
}

/** The same from the lanes themselves. */
async function cardsOfLanes(): Promise<Card[]> {
  const cards = LANES.map(async (lane) => {
    const queue = RUN_QUEUE.get(RUN_QUEUE.idFromName(laneObjectName(ana.workspaceId, lane)));
    const { waiting, waitingCount, pause } = await queue.view(1_000);
    return waiting.map(({ runId, priority, position, hold }) => ({
      ...{ runId, priority, lane, place: `${position} of ${waitingCount}` },
      isHeld: hold !== null,
      isPaused: hold === null && pause !== null,
    }));
  });
  return (await Promise.all(cards)).flat();
}

const byId = (cards: Card[]) => cards.toSorted((a, b) => (a.runId < b.runId ? -1 : 1));

describe("the board", () => {
  it("shows exactly what the lanes hold, whatever was done to them", async () => {
    const runs: string[] = [];
    for (const lane of LANES) {
      await startSleeper(ana, lane);
      for (const priority of PRIORITIES) runs.push(await start(ana, program("1", { lane, priority })));
    }
    const runId = fc.constantFrom(...runs);
    const path = (what: string) => runId.map((id) => `/api/runs/${id}/${what}`);
    const position = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom("first", "last", "up", "down"));
    const nothing = fc.constant({});
    const request = fc.oneof(
      fc.tuple(path("hold"), nothing),
      fc.tuple(path("unhold"), nothing),
      fc.tuple(path("move"), fc.record({ position })),
      fc.tuple(path("priority"), fc.record({ priority: fc.constantFrom(...PRIORITIES) })),
      fc.tuple(
        fc
          .tuple(fc.constantFrom(...LANES), fc.constantFrom("pause", "resume"))
          .map(([lane, what]) => `/api/lanes/${lane}/${what}`),
        nothing,
      ),
      { weight: 1, arbitrary: fc.tuple(path("cancel"), nothing) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 3, maxLength: 8 }), async (requests) => {
        for (const [to, body] of requests) expect((await api(ana, to, body)).status).toBeLessThan(500);
        const board = cardsOf(await (await browse(ana, "/queue", undefined, PARTIAL)).text());
        expect(byId(board)).toEqual(byId(await cardsOfLanes()));
        // Within a column the nearest turn comes first.
        for (const priority of PRIORITIES) {
          const places = board
            .filter((card) => card.priority === priority)
            .map(({ place }) => Number.parseInt(place, 10));
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 6 },
    );
  }, 60_000);

  it("answers an unchanged look with 304, and a changed one in full", async () => {
    await startSleeper(ana, LANES[0]);
    const waiting = await start(ana, program("1", { lane: LANES[0] }));
    const look = (etag?: string) =>
      browse(ana, "/queue", undefined, { ...PARTIAL, ...(etag ? { "if-none-match": etag } : {}) });
    const etag = (await look()).headers.get("etag")!;
    expect((await look(etag)).status).toBe(304);
    await api(ana, `/api/runs/${waiting}/hold`, {});
    expect((await look(etag)).status).toBe(200);
  });

  it("counts what does not fit into a column", async () => {
    await startSleeper(ana, LANES[0]);
    for (let index = 0; index < 27; index++) await start(ana, program("1", { lane: LANES[0], priority: "low" }));
    const html = await (await browse(ana, "/queue")).text();
    expect(cardsOf(html)).toHaveLength(25);
    expect(html).toContain("2 more wait");
  });

  it("shows a foreign lane like one that does not exist", async () => {
    await startSleeper(ana, LANES[0]);
    const bo = await createTenant("bo");
    expect((await browse(ana, `/queue?lane=${LANES[0]}`)).status).toBe(200);
    expect((await browse(bo, `/queue?lane=${LANES[0]}`)).status).toBe(404);
  });

  it("repeats nothing that an address made up: a tally is told in our own words alone", async () => {
    const told = await (
      await browse(ana, "/queue?deed=cancelled&done=2&refused=1&codes=run-finished,%3Cb%3Ehack")
    ).text();
    expect(told).toContain("2 runs cancelled. 1 was not: The run has already ended.");
    expect(told).not.toContain("hack");
    expect(await (await browse(ana, "/queue?deed=hacked&done=2")).text()).not.toContain("hacked");
  });
});

describe("a form that steers", () => {
  it.each([
    [{ do: "jump" }, 422],
    [{ do: "move", position: "0" }, 422],
    [{ do: "move", position: "x" }, 422],
    [{ do: "priority", priority: "asap" }, 422],
    [{}, 422],
  ])("refuses %j with a page that says why", async (form, status) => {
    await startSleeper(ana, LANES[0]);
    const runId = await start(ana, program("1", { lane: LANES[0] }));
    const answer = await browse(ana, `/runs/${runId}/steering`, form as unknown as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain("fields that are not valid");
  });

  it("leads back to where it stood", async () => {
    await startSleeper(ana, LANES[0]);
    const runId = await start(ana, program("1", { lane: LANES[0] }));
    const steer = async (form: Record<string, string>) =>
      (await browse(ana, `/runs/${runId}/steering`, form)).headers.get("location");
    expect(await steer({ do: "hold", from: "run" })).toBe(`/runs/${runId}`);
    expect(await steer({ do: "unhold", from: "queue" })).toBe("/queue");
    expect(await steer({ do: "first", from: "queue", lane: LANES[0] })).toBe("/queue?lane=repository%3Aweb");
  });
});
