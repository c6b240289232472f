/**
 * After each test in workerd that saved a key of a provider: no part of the key, raw or encoded, is in D1, in the storage of
 * any object, in any line of the log (of every level), or in anything that was answered.
 */
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect } from "vitest";
import { CANARY, isPlanted, tracesOf } from "./canary.ts";
import { heard } from "./heard.ts";

const TRACES = [...tracesOf(CANARY)];
/** The level from which a line is of use to who reads the output of tests. */
const SHOWN = ["error"];

for (const level of ["debug", "info", "warn", "error"] as const) {
  const print = console[level].bind(console);
  console[level] = (...parts: unknown[]) => {
    heard.push({ to: `the log (${level})`, text: parts.map(String).join(" ") });
    if (SHOWN.includes(level)) print(...parts);
  };
}

const OWN_TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";

async function databaseRows(): Promise<string> {
  const { DB } = env as unknown as { DB: D1Database };
  const tables = await DB.prepare(OWN_TABLES).all<{ name: string }>();
  if (tables.results.length === 0) return "";
  const rows = await DB.batch(tables.results.map(({ name }) => DB.prepare(`SELECT * FROM "${name}"`)));
  return JSON.stringify(rows.map(({ results }) => results));
}

function objectRows({ storage: { sql } }: DurableObjectState): string {
  const tables = sql.exec<{ name: string }>(OWN_TABLES).toArray();
  return JSON.stringify(
    tables.map(({ name }) =>
      sql
        .exec(`SELECT * FROM "${name}"`)
        .toArray()
        .map((row) => Object.values(row).map((value) => (value instanceof ArrayBuffer ? latin1(value) : value))),
    ),
  );
}

const latin1 = (bytes: ArrayBuffer) => new TextDecoder("latin1").decode(bytes);

/** Other Workers have every method that one asks of them. */
const isNamespace = (binding: unknown): binding is DurableObjectNamespace =>
  binding?.constructor?.name === "DurableObjectNamespace";

async function stored(): Promise<{ to: string; text: string }[]> {
  const places = [{ to: "D1", text: await databaseRows() }];
  for (const [name, namespace] of Object.entries(env).filter(([, binding]) => isNamespace(binding))) {
    for (const id of await listDurableObjectIds(namespace as never)) {
      const stub = (namespace as DurableObjectNamespace).get(id);
      const text = await runInDurableObject(stub as never, (_: unknown, state: DurableObjectState) =>
        objectRows(state),
      );
      places.push({ to: name, text });
    }
  }
  return places;
}

afterEach(async () => {
  const said = heard.splice(0);
  if (!isPlanted()) return;
  const found = [...said, ...(await stored())].filter(({ text }) => TRACES.some((trace) => text.includes(trace)));
  expect(found.map(({ to }) => to)).toEqual([]);
});
