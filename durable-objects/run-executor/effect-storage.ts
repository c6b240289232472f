/**
 * The effect sheet of one run in the storage of its object. Synchronous, no logic.
 * Invariant: what is only gathered yet is found by every reader here.
 */
import type { Act } from "../../worker/domain/effect-decision.ts";
import { type EffectSheet, EMPTY_SHEET, type SheetEntry } from "../../worker/domain/effect-sheet.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS effects (
    number INTEGER PRIMARY KEY,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS effect_sheet (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    unchanged INTEGER NOT NULL,
    superseded_by TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS effect_writing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    under_way TEXT NOT NULL
  ) STRICT;
`;

/** What entries that were kept before there was such a field do not have. */
const LATER_FIELDS = { remembered: null } satisfies Partial<SheetEntry>;

function readEntry(text: string): SheetEntry {
  return { ...LATER_FIELDS, ...JSON.parse(text) };
}

/** An application or an undoing that has begun: by whom, and when. */
export interface UnderWay extends Act {
  readonly what: "apply" | "undo";
}

export class EffectStorage {
  readonly #storage: ObjectStorage;
  /** In the order in which they came. */
  #gathered: SheetEntry[] = [];
  #hasTables = false;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  sheet(): EffectSheet {
    this.store();
    if (!hasTable(this.#storage.sql, "effects")) return EMPTY_SHEET;
    const rows = this.#storage.sql.exec<{ entry: string }>("SELECT entry FROM effects ORDER BY number").toArray();
    const facts = this.#storage.sql
      .exec<{ unchanged: number; superseded_by: string | null }>("SELECT unchanged, superseded_by FROM effect_sheet")
      .toArray()[0];
    return {
      entries: rows.map(({ entry }) => readEntry(entry)),
      unchanged: facts?.unchanged ?? 0,
      supersededBy: facts?.superseded_by ?? null,
    };
  }

  entry(number: number): SheetEntry | null {
    this.store();
    if (!hasTable(this.#storage.sql, "effects")) return null;
    const rows = this.#storage.sql.exec<{ entry: string }>("SELECT entry FROM effects WHERE number = ?", number);
    const [row] = rows.toArray();
    return row ? readEntry(row.entry) : null;
  }

  /** Keeps an entry that nothing depends on before {@link store}: a write for each would be most of what a call takes. */
  gather(entry: SheetEntry): void {
    this.#gathered.push(entry);
  }

  /** Stores what was gathered, in one write. */
  store(): void {
    if (this.#gathered.length === 0) return;
    this.#makeTables();
    this.#storage.transactionSync(() => {
      for (const entry of this.#gathered) this.put(entry);
    });
    this.#gathered = [];
  }

  put(entry: SheetEntry): void {
    this.#makeTables();
    const { number } = entry.effect;
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO effects (number, entry) VALUES (?, ?)",
      number,
      JSON.stringify(entry),
    );
  }

  /** Kept until the sheet is, which says what came of it. */
  begin(underWay: UnderWay): void {
    this.#makeTables();
    const row = JSON.stringify(underWay);
    this.#storage.sql.exec("INSERT OR REPLACE INTO effect_writing (id, under_way) VALUES (1, ?)", row);
  }

  underWay(): UnderWay | null {
    if (!hasTable(this.#storage.sql, "effect_writing")) return null;
    const rows = this.#storage.sql.exec<{ under_way: string }>("SELECT under_way FROM effect_writing").toArray();
    return rows[0] ? JSON.parse(rows[0].under_way) : null;
  }

  /** Keeps the sheet as it is now, whole or not at all. Nothing is under way any more. */
  replace(sheet: EffectSheet): void {
    this.#gathered = [];
    this.#makeTables();
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec("DELETE FROM effects");
      this.#storage.sql.exec("DELETE FROM effect_writing");
      for (const entry of sheet.entries) this.put(entry);
      this.note(sheet);
    });
  }

  /** One more write that turned out to change nothing. */
  countUnchanged(): void {
    this.#makeTables();
    this.#storage.sql.exec(`
      INSERT INTO effect_sheet (id, unchanged) VALUES (1, 1)
      ON CONFLICT (id) DO UPDATE SET unchanged = unchanged + 1`);
  }

  note({ unchanged, supersededBy }: Pick<EffectSheet, "unchanged" | "supersededBy">): void {
    this.#makeTables();
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO effect_sheet (id, unchanged, superseded_by) VALUES (1, ?, ?)",
      unchanged,
      supersededBy,
    );
  }

  /** Outside of transactions, which may be rolled back. */
  #makeTables(): void {
    if (!this.#hasTables) this.#storage.sql.exec(SCHEMA);
    this.#hasTables = true;
  }
}
