/**
 * The storage of an object over real SQLite, as one instance sees it. Each write is a place at which the instance may
 * die, before or after; an instance that was superseded cannot write: it is gone when it tries.
 */
import type { ObjectStorage } from "../../durable-objects/object-storage.ts";
import type { Row } from "./databases.ts";
import { type Instance, InstanceGone } from "./object-host.ts";
import type { World } from "./world.ts";

const SLOW_STORAGE_MS = 3;

const isDefinition = (sql: string) => /^\s*CREATE\b/.test(sql);
const isRead = (sql: string) => /^\s*SELECT\b/.test(sql);

class Cursor {
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  toArray(): readonly Row[] {
    return this.#rows;
  }

  one(): Row {
    if (this.#rows.length !== 1) throw new Error(`expected one row, found ${this.#rows.length}`);
    return this.#rows[0]!;
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.#rows[Symbol.iterator]();
  }
}

export class SimulatedStorage {
  readonly #instance: Instance;
  readonly #world: World;
  #isInTransaction = false;
  readonly sql = { exec: (sql: string, ...params: readonly unknown[]) => this.#exec(sql, params) };

  constructor(instance: Instance, world: World) {
    this.#instance = instance;
    this.#world = world;
  }

  /** As the product's classes take it. */
  get asObjectStorage(): ObjectStorage {
    return this as unknown as ObjectStorage;
  }

  transactionSync<T>(work: () => T): T {
    const { database } = this.#instance.object;
    if (this.#isInTransaction) return work();
    let value!: T;
    this.#write(() => {
      database.begin();
      this.#isInTransaction = true;
      try {
        value = work();
        this.#crashBeforeWrite();
        database.commit();
      } catch (error) {
        database.rollback();
        throw error;
      } finally {
        this.#isInTransaction = false;
      }
    });
    return value;
  }

  async getAlarm(): Promise<number | null> {
    this.#checkAlive();
    const { alarmAt } = this.#instance.object;
    await this.#pause("reads its alarm");
    return alarmAt === null ? null : alarmAt + this.#instance.skewMs;
  }

  async setAlarm(at: number): Promise<void> {
    this.#write(() => this.#instance.object.setAlarm(at - this.#instance.skewMs));
    await this.#pause("set its alarm");
  }

  async deleteAlarm(): Promise<void> {
    this.#write(() => this.#instance.object.setAlarm(null));
    await this.#pause("deleted its alarm");
  }

  #exec(sql: string, params: readonly unknown[]): Cursor {
    const { database } = this.#instance.object;
    this.#checkAlive();
    if (isDefinition(sql)) {
      database.define(sql);
      return new Cursor([]);
    }
    if (isRead(sql) || this.#isInTransaction) return new Cursor(database.rows(sql, params));
    let rows: Row[] = [];
    this.#write(() => {
      rows = database.rows(sql, params);
    });
    return new Cursor(rows);
  }

  #write(write: () => void): void {
    const { object } = this.#instance;
    const { host } = object;
    this.#checkAlive();
    if (this.#instance.isSuperseded) host.kill(this.#instance, "it wrote although it was superseded");
    this.#crashBeforeWrite();
    write();
    host.onWrite(object);
    if (host.diesAtWrite === object) {
      host.diesAtWrite = null;
      host.kill(this.#instance, "chosen, at a write");
    }
    host.crashes(this.#instance, "after write", host.rates.crashAfterWrite);
    this.#checkAlive();
  }

  #crashBeforeWrite(): void {
    const { host } = this.#instance.object;
    host.crashes(this.#instance, "before write", host.rates.crashBeforeWrite);
    this.#checkAlive();
  }

  async #pause(what: string): Promise<void> {
    const { host, name } = this.#instance.object;
    if (!this.#world.fate.fault(`slow storage ${name}`, host.rates.slowStorage)) return;
    await this.#instance.later(SLOW_STORAGE_MS, "message", `${name} ${what}`);
  }

  #checkAlive(): void {
    if (this.#instance.isGone) throw new InstanceGone("this instance is gone");
  }
}
