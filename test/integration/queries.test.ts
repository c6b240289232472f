import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { storiesFrom } from "../../worker/store/items.ts";
import { findMeetingByTranscript, listMeetings } from "../../worker/store/meetings.ts";
import { countActiveRuns, summarizeRuns } from "../../worker/store/metrics.ts";
import { countEndedSince, listBusyLanes, listLabels } from "../../worker/store/queue.ts";
import { countRuns, findLaneOfRun, listRuns } from "../../worker/store/runs.ts";
import { freshDatabase } from "../support/workerd.ts";

const { DB } = bindings as unknown as Env;
const WORKSPACE = "ws_x";
const ID = `run_${"0".repeat(32)}`;

/** The database as the store sees it; every statement's plan is kept. */
function watched() {
  const asked: { sql: string; values: unknown[] }[] = [];
  const binding = new Proxy(DB, {
    get(target, name) {
      if (name !== "prepare") return Reflect.get(target, name).bind(target);
      return (sql: string) => {
        const statement = target.prepare(sql);
        return new Proxy(statement, {
          get(inner, method) {
            if (method !== "bind") return Reflect.get(inner, method).bind(inner);
            return (...values: unknown[]) => {
              asked.push({ sql, values });
              return inner.bind(...values);
            };
          },
        });
      };
    },
  });
  const plans = async () => {
    const all = asked.map(async ({ sql, values }) => {
      const { results } = await DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...values)
        .all<{ detail: string }>();
      return results.map(({ detail }) => detail);
    });
    return (await Promise.all(all)).flat();
  };
  return { db: openDatabase(binding), plans };
}

beforeEach(freshDatabase);

type Ask = (db: ReturnType<typeof openDatabase>) => Promise<unknown>;
const page = { before: ID, limit: 50 };
const list =
  (filter: Parameters<typeof listRuns>[2]): Ask =>
  (db) =>
    listRuns(db, WORKSPACE, filter, page);

const QUESTIONS: readonly [name: string, ask: Ask, index: RegExp, isSorted: boolean][] = [
  ["all runs", list({}), /runs_by_workspace \(workspace_id=\? AND id<\?\)/, true],
  ["runs of a state", list({ state: "failed" }), /runs_by_state \(workspace_id=\? AND state=\? AND id<\?\)/, true],
  [
    "stories from a key on",
    (db) => storiesFrom(db, WORKSPACE, "RUN-", 250),
    /items_(?:story_key|by_story) \(workspace_id=\? AND story>\?\)/,
    true,
  ],
  ["runs of a lane", list({ lane: "repository:web" }), /runs_by_lane \(workspace_id=\? AND lane=\? AND id<\?\)/, true],
  [
    "runs of a person",
    list({ createdBy: "usr_x" }),
    /runs_by_person \(workspace_id=\? AND created_by=\? AND id<\?\)/,
    true,
  ],
  [
    "runs of a time",
    list({ since: "2026-01-01", until: "2026-02-01", priority: "low", error: "runtime", q: "x" }),
    /runs_by_\w+ \(workspace_id=\? AND id>\? AND id<\?\)/,
    true,
  ],
  [
    "how many fit",
    (db) => countRuns(db, WORKSPACE, { lane: "l", states: ["queued", "running"] }),
    /runs_by_\w+ \(workspace_id=\?/,
    true,
  ],
  [
    "meetings of a state and a time",
    (db) => listMeetings(db, WORKSPACE, { state: "new", from: "2026-01-01", q: "x" }, { before: null, limit: 50 }),
    /meetings_by_\w+ \(workspace_id=\? AND (?:state=\? AND )?id>\?/,
    true,
  ],
  ["the meeting of a transcript", (db) => findMeetingByTranscript(db, WORKSPACE, "x"), /transcript_hash=\?\)/, true],
  ["the lane of a run", (db) => findLaneOfRun(db, WORKSPACE, ID), /[( ]id=\?\)/, true],
  ["the labels of many runs", (db) => listLabels(db, WORKSPACE, [ID, ID]), /[( ]id=\?\)/, true],
  [
    "busy lanes",
    (db) => listBusyLanes(db, WORKSPACE),
    /COVERING INDEX runs_by_end \(workspace_id=\? AND finished_at=\?\)/,
    true,
  ],
  // What ended within an hour is sorted for its groups.
  [
    "what has ended lately",
    (db) => countEndedSince(db, WORKSPACE, 1),
    /COVERING INDEX runs_by_end \(workspace_id=\? AND finished_at>\?\)/,
    false,
  ],
  ["what is active", (db) => countActiveRuns(db, WORKSPACE), /runs_by_state \(workspace_id=\? AND state=\?\)/, true],
  ["figures", (db) => summarizeRuns(db, WORKSPACE, 1), /\(workspace_id=\? AND id>\?\)/, false],
];

describe("every question about runs, meetings and items", () => {
  it.each(QUESTIONS)("is answered from an index of the workspace: %s", async (_, ask, index, isSorted) => {
    const { db, plans } = watched();
    await ask(db);
    const details = await plans();
    const ofThem = details.filter((detail) => /\b(?:SEARCH|SCAN) (?:runs|meetings|items)\b/.test(detail));
    expect(ofThem.length).toBeGreaterThan(0);
    for (const detail of ofThem) expect(detail).toMatch(index);
    if (isSorted) expect(details.join("\n")).not.toContain("TEMP B-TREE");
  });
});
