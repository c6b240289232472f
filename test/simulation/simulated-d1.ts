/**
 * D1 over real SQLite with the real migrations, as one caller sees it. Each call is a message: it may be late, fail
 * before or after it took effect, and take effect although its caller has died.
 */
import type { Row } from "./databases.ts";
import { borrowD1, type Database, giveBack } from "./databases.ts";
import { type Caller, Instance, type ObjectHost } from "./object-host.ts";

class D1Unavailable extends Error {}

interface D1Result {
  readonly success: true;
  readonly results: readonly Row[];
  readonly meta: Record<string, never>;
}

interface Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

const toParam = (value: unknown) => (typeof value === "boolean" ? Number(value) : value);

export class SimulatedD1 {
  readonly #host: ObjectHost;
  readonly database: Database = borrowD1();
  isDown = false;
  /** Called when something was written. */
  onWrite: () => void = () => {};

  constructor(host: ObjectHost, workspaceId: string) {
    this.#host = host;
    this.database.rows("INSERT INTO workspaces (id, name, is_sample, created_at) VALUES (?, 'Simulated', 0, 0)", [
      workspaceId,
    ]);
  }

  /** The binding, as drizzle uses it. */
  for(caller: Caller): D1Database {
    const bound = (sql: string, params: readonly unknown[]) => ({
      sql,
      params,
      bind: (...values: unknown[]) => bound(sql, values),
      run: async () => (await this.#send(caller, [{ sql, params }]))[0],
      all: async () => (await this.#send(caller, [{ sql, params }]))[0],
      raw: async () => (await this.#send(caller, [{ sql, params }]))[0]!.results.map((row) => Object.values(row)),
    });
    const binding = {
      prepare: (sql: string) => bound(sql, []),
      batch: (statements: readonly Statement[]) => this.#send(caller, statements),
    };
    return binding as unknown as D1Database;
  }

  #send(caller: Caller, statements: readonly Statement[]): Promise<D1Result[]> {
    const { world, rates } = this.#host;
    const label = `${caller.name} > d1`;
    if (caller.isGone) return new Promise(() => {});
    return new Promise((resolve, reject) => {
      caller.waits += 1;
      const answer = (settle: () => void, how: string) =>
        world.schedule(this.#host.latency(`answer ${label}`), {
          ...{ target: caller.name, kind: "message", label: `${label}: ${how}` },
          run: () => {
            if (caller.isGone) return;
            if (caller instanceof Instance && this.#host.crashes(caller, "at await", rates.crashAtAwait)) return;
            caller.waits -= 1;
            settle();
          },
        });
      const fail = () => answer(() => reject(new D1Unavailable("D1 is unavailable")), "unavailable");
      world.schedule(this.#host.latency(label), {
        ...{ target: "d1", kind: "message", label: `${label}: ${statements[0]?.sql.slice(0, 30)}` },
        content: () => JSON.stringify(statements.map(({ params }) => params)),
        run: () => {
          if (this.isDown || world.fate.fault(`drop ${label}`, rates.dropCall)) return fail();
          let results: D1Result[];
          try {
            results = this.#execute(statements);
          } catch (error) {
            return answer(() => reject(error), String(error));
          }
          if (world.fate.fault(`lose answer ${label}`, rates.loseAnswer)) return fail();
          answer(() => resolve(results), "done");
        },
      });
    });
  }

  #execute(statements: readonly Statement[]): D1Result[] {
    this.database.begin();
    try {
      const results = statements.map(
        ({ sql, params }): D1Result => ({
          success: true,
          results: this.database.rows(sql, params.map(toParam)),
          meta: {},
        }),
      );
      this.database.commit();
      this.onWrite();
      return results;
    } catch (error) {
      this.database.rollback();
      throw error;
    }
  }

  close(): void {
    giveBack("d1", this.database);
  }
}
