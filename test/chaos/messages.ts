/**
 * The effects outside: messages about runs, sent to a receiver in a process that nobody kills, which writes down what it
 * accepts. Each event of each run must have reached it, under the one id that makes a repeated delivery harmless.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { LedgerLine } from "../support/ledger-receiver.ts";
import type { StreamEvent } from "../support/stream-client.ts";

/** A message comes within this time once nothing is killed any more, whatever its receiver does wrong. */
const ARRIVAL_MS = 60_000;
const POLL_MS = 200;

/** The ids of the messages that a run's stream says must have been sent. */
export function expectedMessages(runId: string, events: readonly StreamEvent[]): string[] {
  const states = events.flatMap(({ type, state }) => (type === "state" && state !== undefined ? [state] : []));
  const names = states.map((state) => (state === "running" ? "started" : state.replaceAll("-", "_")));
  return names.map((name) => `msg_${runId.replace(/^run_/, "")}_${name}`);
}

/** Waits until all of them are there, or nothing more is to be hoped for. */
export async function arrived(
  read: () => readonly LedgerLine[],
  expected: readonly string[],
): Promise<readonly LedgerLine[]> {
  const deadline = Date.now() + ARRIVAL_MS;
  for (;;) {
    const lines = read();
    const ids = new Set(lines.map(({ id }) => id));
    if (expected.every((id) => ids.has(id)) || Date.now() > deadline) return lines;
    await sleep(POLL_MS);
  }
}

/** Each expected message is there, no other one is, and what came twice under one id is the same to the last byte. */
export function messageFaults(lines: readonly LedgerLine[], expected: readonly string[]): string[] {
  const bodies = Map.groupBy(lines, ({ id }) => id);
  const wanted = new Set(expected);
  const lost = expected.filter((id) => !bodies.has(id)).map((id) => `${id} never reached its receiver`);
  const strange = [...bodies.keys()].filter((id) => !wanted.has(id)).map((id) => `${id} tells of what did not happen`);
  const changed = [...bodies].filter(([, group]) => new Set(group.map(({ body }) => body)).size > 1);
  return [...lost, ...strange, ...changed.map(([id]) => `${id} came with two different bodies`)];
}
