/** The shares of a workspace's lanes: one row for each lane that ever had a run. Synchronous, no logic. */
import type { CapacityState, LaneShare } from "../../worker/domain/capacity-state.ts";
import type { ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lanes (
    lane TEXT PRIMARY KEY,
    share TEXT NOT NULL CHECK (json_valid(share))
  ) STRICT, WITHOUT ROWID;
`;

export class CapacityStorage {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(SCHEMA);
  }

  load(): CapacityState["lanes"] {
    const rows = this.#storage.sql.exec<{ share: string }>("SELECT share FROM lanes").toArray();
    const shares = rows.map(({ share }): LaneShare => JSON.parse(share));
    return new Map(shares.map((share) => [share.lane, share]));
  }

  /** Writes all of them or none. */
  save(shares: readonly LaneShare[]): void {
    this.#storage.transactionSync(() => {
      for (const share of shares) {
        const text = JSON.stringify(share);
        this.#storage.sql.exec("INSERT OR REPLACE INTO lanes (lane, share) VALUES (?, ?)", share.lane, text);
      }
    });
  }
}
