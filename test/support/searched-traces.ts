/**
 * Searches what was kept and said since the last search, where a key of a provider was saved meanwhile: no part of the key,
 * raw or encoded, is in D1, in the storage of any object, in any line of the log (of every level), or in anything that was
 * answered. It runs when a file of tests ends, and before each time that everything is emptied.
 */
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { CANARY, isPlanted, tracesOf } from "./canary.ts";
import { heard } from "./heard.ts";

/** Namespaces whose objects are named by ids that are made once: of runs, and of endpoints. */
const NAMED_ONCE = ["RUN_EXECUTOR", "WEBHOOK_SENDER"];
const TRACES = [...tracesOf(CANARY)];

const OWN_TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";

/**
 * Ids of such objects that were looked at, or left by a file that saved no key. They are emptied before the next search and
 * never used again, but still listed: to look into one would make it anew, thousands of them by and by.
 */
const gone = new Set<string>();

/** At the end of a file of tests. Fails with the places where one is. */
export async function expectNoTracesOfFile(): Promise<void> {
  await expectNoTraces();
  for (const name of NAMED_ONCE)
    for (const id of await listDurableObjectIds((env as unknown as Record<string, never>)[name]!)) gone.add(String(id));
}

/** Fails with the places where one is. */
export async function expectNoTraces(): Promise<void> {
  const said = heard.splice(0);
  if (!isPlanted()) return;
  const found = [...said, ...(await stored())].filter(({ text }) => TRACES.some((trace) => text.includes(trace)));
  expect(
    found.map(({ to }) => to),
    "parts of a provider's key, since everything was emptied last",
  ).toEqual([]);
}

async function stored(): Promise<{ to: string; text: string }[]> {
  const places = [{ to: "D1", text: await databaseRows() }];
  for (const [name, namespace] of Object.entries(env).filter(([, binding]) => isNamespace(binding))) {
    for (const id of await listDurableObjectIds(namespace as never)) {
      if (gone.has(String(id))) continue;
      if (NAMED_ONCE.includes(name)) gone.add(String(id));
      const stub = (namespace as DurableObjectNamespace).get(id);
      const text = await runInDurableObject(stub as never, (_: unknown, state: DurableObjectState) =>
        objectRows(state),
      );
      places.push({ to: name, text });
    }
  }
  return places;
}

/** Other Workers have every method that one asks of them. */
const isNamespace = (binding: unknown): binding is DurableObjectNamespace =>
  binding?.constructor?.name === "DurableObjectNamespace";

async function databaseRows(): Promise<string> {
  const { DB } = env as unknown as { DB: D1Database };
  const tables = await DB.prepare(OWN_TABLES).all<{ name: string }>();
  if (tables.results.length === 0) return "";
  const rows = await DB.batch(tables.results.map(({ name }) => DB.prepare(`SELECT * FROM "${name}"`)));
  return JSON.stringify(rows.map(({ results }) => results));
}

function objectRows({ storage: { sql } }: DurableObjectState): string {
  const tables = sql.exec<{ name: string }>(OWN_TABLES).toArray();
  const rows = tables.flatMap(({ name }) => sql.exec(`SELECT * FROM "${name}"`).toArray());
  return JSON.stringify(rows.map((row) => Object.values(row).map(readable)));
}

const readable = (value: SqlStorageValue) =>
  value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value;
