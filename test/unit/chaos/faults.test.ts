/** The checks of the chaos campaign, each against the fault that it is there for: what they call well must be well. */
import { describe, expect, it } from "vitest";
import type { RunSummary } from "../../../worker/domain/run.ts";
import { attemptsOf, lineFaults, overlaps, presences } from "../../chaos/attempts.ts";
import {
  endFaults,
  type FinalRun,
  identityFaults,
  issueFaults,
  laneFaults,
  steeringFaults,
  streamFaults,
} from "../../chaos/audit.ts";
import type { DeliveredIssue } from "../../chaos/delivered-issue.ts";
import { planKills } from "../../chaos/kill-points.ts";
import { expectedMessages, messageFaults } from "../../chaos/messages.ts";
import { Recovery } from "../../chaos/recovery.ts";
import type { Span } from "../../chaos/steering.ts";
import type { WatchedRun } from "../../chaos/watched-run.ts";
import { planJobs } from "../../chaos/workload.ts";
import type { LedgerLine } from "../../support/ledger-receiver.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import type { StreamEvent } from "../../support/stream-client.ts";

const T0 = Date.UTC(2026, 0, 1);

type Body = Omit<StreamEvent, "seq" | "at">;
const state = (name: string): Body => ({ type: "state", state: name });
const begin: Body = { type: "step-start", step: "execute" };
const line = (text: string): Body => ({ type: "output", step: "execute", stream: "stdout", text: `${text}\n` });
const notice: Body = { type: "output", step: "execute", stream: "system", text: "The server restarted.\n" };

/** Events a second apart, numbered from 1. */
function stream(...bodies: Body[]): StreamEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: new Date(T0 + index * 1_000).toISOString(), ...body }));
}

const whole = [begin, line(`begin ${T0}`), line("line 1 of 2"), line("line 2 of 2"), line(`end ${T0 + 900}`)];
const lost = [begin, line(`begin ${T0}`), line("line 1 of 2"), notice];
const JOB = { lines: 2 };

describe("lines of attempts", () => {
  it("are well when each attempt is a beginning of the program's output, and the last one all of it", () => {
    expect(lineFaults(JOB, attemptsOf(stream(...lost, ...whole)), true)).toEqual([]);
    expect(lineFaults(JOB, attemptsOf(stream(...lost)), false)).toEqual([]);
  });

  it.each([
    ["lost", [begin, line(`begin ${T0}`), line("line 2 of 2")]],
    ["doubled", [begin, line(`begin ${T0}`), line("line 1 of 2"), line("line 1 of 2")]],
    ["of another attempt", [...lost, line("line 2 of 2")].concat(line("line 1 of 2"))],
    ["cut", [...lost, ...whole.slice(0, -1)]],
  ])("are not well when one is %s", (_, bodies) => {
    expect(lineFaults(JOB, attemptsOf(stream(...bodies)), true)).toHaveLength(1);
  });
});

describe("attempts in one lane", () => {
  const presence = (name: string, from: number, to: number) => ({ name, from, to });

  it("may follow one another, and may not overlap", () => {
    expect(overlaps([presence("b", 20, 30), presence("a", 10, 20)])).toEqual([]);
    expect(overlaps([presence("a", 10, 50), presence("b", 20, 30), presence("c", 40, 60)])).toHaveLength(2);
  });

  it("were there until the server was killed under them", () => {
    const [first, second] = presences("job 1", attemptsOf(stream(...lost, ...whole)), [T0 - 1, T0 + 2_500, T0 + 9_000]);
    expect(first).toMatchObject({ from: T0, to: T0 + 2_500 });
    expect(second).toMatchObject({ from: T0, to: T0 + 900 });
  });
});

const summary = (changes: Partial<RunSummary> = {}) =>
  ({
    id: "run_1",
    title: "job 1",
    state: "succeeded",
    attempts: 1,
    lane: "repository:alpha",
    ...changes,
  }) as RunSummary;

function watched(
  changes: Partial<Record<"isAbandoned", boolean>> & {
    answered?: string[];
    clients?: StreamEvent[][];
    cancelledAt?: number;
  } = {},
) {
  const { answered = ["run_1"], clients = [], cancelledAt = null, isAbandoned = false } = changes;
  return {
    name: "job 1",
    ...{
      job: { ...JOB, lane: "repository:alpha", isAbandoned },
      answered: new Set(answered),
      runId: answered[0] ?? null,
    },
    ...{ clients: clients.map((events) => ({ events })), cancelledAt },
  } as unknown as WatchedRun;
}

const listed = (...runs: RunSummary[]) => Map.groupBy(runs, ({ title }) => title);

describe("identity", () => {
  it("is one run for each job that was accepted, and at most one for one that nobody asked for again", () => {
    expect(identityFaults([watched()], listed(summary()))).toEqual([]);
    expect(identityFaults([watched({ answered: [], isAbandoned: true })], listed())).toEqual([]);
    expect(identityFaults([watched({ answered: [], isAbandoned: true })], listed(summary()))).toEqual([]);
  });

  it("is broken by a run that is lost, doubled, answered differently, or never accepted", () => {
    expect(identityFaults([watched()], listed())).toHaveLength(1);
    expect(identityFaults([watched()], listed(summary(), summary({ id: "run_2" })))).toHaveLength(1);
    expect(identityFaults([watched({ answered: ["run_1", "run_2"] })], listed(summary()))).toHaveLength(1);
    expect(identityFaults([watched({ answered: [] })], listed())).toHaveLength(1);
  });

  it("is one run in the right lane for each issue", () => {
    const issue = { name: "job 1", repository: "alpha" } as DeliveredIssue;
    expect(issueFaults([issue], listed(summary()))).toEqual([]);
    expect(issueFaults([issue], listed())).toHaveLength(1);
    expect(issueFaults([issue], listed(summary(), summary()))).toHaveLength(1);
    expect(issueFaults([issue], listed(summary({ lane: "repository:beta" })))).toHaveLength(1);
  });

  it("ends", () => {
    expect(endFaults(listed(summary(), summary({ state: "running" })))).toEqual(["job 1: is still running"]);
  });
});

describe("a run's stream", () => {
  const events = stream(state("queued"), state("running"), ...whole, state("succeeded"));
  const text = whole.flatMap(({ text }) => text ?? []).join("");
  const final = (changes: Partial<FinalRun> = {}): FinalRun => {
    const run = watched({ clients: [events] });
    return { summary: summary(), events, job: run.job, watched: run, ...changes };
  };

  it("is well when clients, the log and what is stored are the same", () => {
    expect(streamFaults(final(), text)).toEqual([]);
  });

  it("is not well when a client saw less or something else, or the log or the number of attempts differs", () => {
    const less = watched({ clients: [events, events.slice(1)] });
    const other = watched({ clients: [events.map((event) => (event.seq === 4 ? { ...event, text: "?" } : event))] });
    expect(streamFaults(final({ watched: less }), text)).toHaveLength(1);
    expect(streamFaults(final({ watched: other }), text)).toHaveLength(1);
    expect(streamFaults(final(), `${text}more`)).toHaveLength(1);
    expect(streamFaults(final({ summary: summary({ attempts: 2 }) }), text)).toHaveLength(1);
    const gap = events.filter(({ seq }) => seq !== 2);
    expect(streamFaults(final({ events: gap, watched: watched() }), text)).toHaveLength(1);
    expect(streamFaults(final({ watched: watched({ cancelledAt: T0 }) }), text)).toHaveLength(1);
  });

  it("shows two runs of one lane at the same time", () => {
    expect(laneFaults([final()], [])).toEqual([]);
    expect(laneFaults([final(), final({ summary: summary({ title: "job 2" }) })], [])).toHaveLength(1);
  });
});

describe("what was held back", () => {
  const events = stream(state("queued"), state("running"), ...whole, state("succeeded"));
  const run = (held: Span | null): FinalRun => {
    const one = { ...watched({ clients: [events] }), held } as WatchedRun;
    return { summary: summary(), events, job: one.job, watched: one };
  };
  const startedAt = T0 + 1_000;
  const around = { from: startedAt - 500, to: startedAt + 500 };

  it("does not start while a run is held, but before and behind", () => {
    expect(steeringFaults([run(null), run({ from: startedAt - 500, to: startedAt })], [])).toEqual([]);
    expect(steeringFaults([run(around)], [])).toHaveLength(1);
  });

  it("starts in a paused lane only where it had its slot already: once", () => {
    const pause = { lane: "repository:alpha", ...around };
    expect(steeringFaults([run(null)], [pause])).toEqual([]);
    expect(steeringFaults([run(null), run(null)], [{ ...pause, lane: "repository:beta" }])).toEqual([]);
    expect(steeringFaults([run(null), run(null)], [pause])).toHaveLength(1);
  });
});

describe("messages", () => {
  const ids = expectedMessages("run_1", stream(state("queued"), state("running"), state("timed-out")));
  const came = (id: string, body = "{}") => ({ id, body }) as LedgerLine;

  it("are one for each event of a run, however often each came", () => {
    expect(ids).toEqual(["msg_1_queued", "msg_1_started", "msg_1_timed_out"]);
    expect(
      messageFaults(
        [...ids, ...ids].map((id) => came(id)),
        ids,
      ),
    ).toEqual([]);
  });

  it("are not well when one is lost, made up, or comes with another body", () => {
    const all = ids.map((id) => came(id));
    expect(messageFaults(all.slice(1), ids)).toHaveLength(1);
    expect(messageFaults([...all, came("msg_1_failed")], ids)).toHaveLength(1);
    expect(messageFaults([...all, came("msg_1_queued", "[]")], ids)).toHaveLength(1);
  });
});

describe("recovery", () => {
  it("is from the first answer to the next line of each run that was interrupted", () => {
    const recovery = new Recovery();
    const [a, b, c] = [{}, {}, {}];
    recovery.killed(1_000, [a, b, c]);
    recovery.served(2_000);
    recovery.sawLine(a, 2_300);
    recovery.sawLine(a, 2_400);
    recovery.sawLine({}, 2_500);
    recovery.ended(b);
    recovery.killed(5_000, []);
    expect(recovery).toMatchObject({ firstMs: [300], eachMs: [300], cutShortMs: [3_000] });
  });
});

describe("a plan", () => {
  it("is the same for the same seed, and another one for another", () => {
    const plan = (seed: number) => [planJobs(new SeededRandom(seed), 200), planKills(new SeededRandom(seed), 200)];
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
    expect(new Set(planKills(new SeededRandom(1), 200).map(({ point }) => point.name)).size).toBe(10);
  });
});
