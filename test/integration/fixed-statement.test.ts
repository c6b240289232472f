import { sql } from "drizzle-orm";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../worker/store/database.ts";
import { FixedStatement, placeholdersOf } from "../../worker/store/fixed-statement.ts";
import { type RunRow, runOutput, runs } from "../../worker/store/schema.ts";

interface Bound {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** A D1 binding that says what it was asked to run. */
const binding = {
  prepare: (text: string) => ({ bind: (...params: unknown[]): Bound => ({ text, params }) }),
} as unknown as D1Database;
const db = openDatabase(binding);
const boundBy = (statement: unknown) => statement as Bound;

const text = fc.string({ maxLength: 8 });
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const row = fc.record({
  id: text,
  workspaceId: text,
  kind: fc.constant("execution"),
  state: fc.constantFrom("queued", "running", "succeeded"),
  title: text,
  language: nullable(fc.constant("javascript")),
  entry: nullable(text),
  limits: nullable(fc.record({ timeoutMs: fc.nat() })),
  issue: nullable(fc.record({ key: text })),
  lane: text,
  priority: fc.constantFrom("urgent", "normal"),
  createdBy: text,
  retryOf: nullable(text),
  attempts: fc.nat(),
  error: nullable(fc.record({ message: text })),
  errorCategory: nullable(text),
  limitReached: nullable(text),
  result: nullable(fc.oneof(text, fc.array(fc.nat(), { maxLength: 3 }), fc.record({ value: text }))),
  usage: nullable(fc.record({ fuel: fc.nat() })),
  lastSeq: fc.nat(),
  createdAt: fc.nat(),
  expiresAt: nullable(fc.nat()),
  startedAt: nullable(fc.nat()),
  finishedAt: nullable(fc.nat()),
  version: fc.nat(),
}) as unknown as fc.Arbitrary<RunRow>;

describe("a fixed statement", () => {
  it("is what drizzle makes of the same row, however often it is bound", () => {
    const statement = new FixedStatement<RunRow>((to) => to.insert(runs).values(placeholdersOf(runs) as never));
    fc.assert(
      fc.property(row, (generated) => {
        // As it comes out of an object's storage.
        const values: RunRow = JSON.parse(JSON.stringify(generated));
        const own = db.insert(runs).values(values).toSQL();
        const { text: fixed, params } = boundBy(statement.bind(db, values));
        // A row without a value for a column leaves the column out; these rows have one for each.
        expect(fixed).toBe(own.sql);
        expect(params).toEqual(own.params);
      }),
    );
  });

  it("builds its text once", () => {
    let built = 0;
    const statement = new FixedStatement<{ readonly id: string }>((to) => {
      built += 1;
      return to
        .select({ id: runs.id })
        .from(runs)
        .where(sql`${runs.id} = ${sql.placeholder("id")}`);
    });
    const ids = ["a", "b"].map((id) => boundBy(statement.bind(db, { id })).params);
    expect(ids).toEqual([["a"], ["b"]]);
    expect(built).toBe(1);
  });

  it("takes a value as it is where no column says how to write it", () => {
    const statement = new FixedStatement<{ readonly events: string }>((to) =>
      to.insert(runOutput).values({ ...placeholdersOf(runOutput), events: sql`${sql.placeholder("events")}` } as never),
    );
    const bound = boundBy(statement.bind(db, { runId: "r", firstSeq: 1, lastSeq: 2, events: "[]" } as never));
    expect(bound.params).toEqual(["r", 1, 2, "[]"]);
  });
});
