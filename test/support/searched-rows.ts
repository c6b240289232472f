/** After each test in workerd: no row that it left in D1 has a part of a provider key, raw or encoded. */
import { env } from "cloudflare:workers";
import { afterEach, expect } from "vitest";
import { CANARY, tracesOf } from "./canary.ts";

const TRACES = [...tracesOf(CANARY)];

afterEach(async () => {
  const { DB } = env as unknown as { DB: D1Database };
  const tables = await DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
  ).all<{ name: string }>();
  if (tables.results.length === 0) return;
  const rows = await DB.batch(tables.results.map(({ name }) => DB.prepare(`SELECT * FROM "${name}"`)));
  const text = JSON.stringify(rows.map(({ results }) => results));
  expect(TRACES.filter((trace) => text.includes(trace))).toEqual([]);
});
