/**
 * Subscribers of a run's states, as one receiver outside: it keeps a ledger of what it applied, by the effect's id. A run
 * may tell it more than once; the id is what makes the second time harmless.
 */
import type { StoredRun } from "../../durable-objects/run-executor/storage.ts";
import type { Instance, ObjectHost } from "./object-host.ts";

export class Announcements {
  /** How often each state of a run was told. */
  readonly told = new Map<string, number>();

  static idOf(runId: string, state: string): string {
    return `${runId} is ${state}`;
  }

  /** Resolves when the receiver has it. */
  async tell(host: ObjectHost, from: Instance, run: StoredRun): Promise<void> {
    const id = Announcements.idOf(run.spec.id, run.state.name);
    await host.call(from, "receiver:subscribers", "receive", [id]);
  }

  receive(id: string): void {
    this.told.set(id, (this.told.get(id) ?? 0) + 1);
  }
}
