/**
 * Carries one effect a step on: sends it, or asks the receiver about it, as its journal says. What an effect is (how it
 * is sent, how it is asked about, whether repeating is safe) is its {@link EffectKind}; a new system that Runyard writes
 * to is a new kind.
 * Invariant: `sent` is stored before the request leaves, and its answer belongs to the attempt that it answers.
 */
import type { Clock, Random } from "../domain/ports.ts";
import {
  type EffectEvent,
  type EffectOutcome,
  type EffectRules,
  type EffectState,
  owedEffect,
  step,
} from "./journal.ts";

export interface EffectAnswer<Receipt> {
  readonly outcome: EffectOutcome;
  /** The receiver asked for no try before this instant. */
  readonly notBefore: number | null;
  /** What the log keeps of the answer. */
  readonly receipt: Receipt;
}

export interface EffectFinding {
  readonly finding: "done" | "absent" | "unknown";
  readonly notBefore: number | null;
}

interface Sender<Request, Receipt> extends EffectRules {
  /** Sends the request under its key. Never throws: what went wrong is an answer. */
  send(request: Request, key: string): Promise<EffectAnswer<Receipt>>;
}

export interface RepeatableKind<Request, Receipt> extends Sender<Request, Receipt> {
  readonly reconciliation: "repeat";
}

export interface AskedKind<Request, Receipt> extends Sender<Request, Receipt> {
  readonly reconciliation: "ask";
  /** Whether the receiver has done what the key stands for. Never throws. */
  ask(request: Request, key: string): Promise<EffectFinding>;
}

export type EffectKind<Request, Receipt> = RepeatableKind<Request, Receipt> | AskedKind<Request, Receipt>;

/** One effect in durable storage. */
export interface EffectRecord<Receipt> {
  /** Null once it was deleted. */
  read(): EffectState | null;
  /** Returns when it is durable, or when nothing can leave before it is. `receipt` is set with each answer. */
  save(state: EffectState, receipt: Receipt | null): void;
}

export interface EffectPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Does what is owed and due, if anything is. Two calls at once send once: the first has stored `sent`. */
export async function performEffect<Request, Receipt>(
  kind: EffectKind<Request, Receipt>,
  effect: { readonly key: string; readonly request: Request },
  record: EffectRecord<Receipt>,
  { clock, random }: EffectPorts,
): Promise<void> {
  const apply = (event: EffectEvent, receipt: Receipt | null = null): EffectState | null => {
    const before = record.read();
    if (before === null) return null;
    const after = step(before, event, kind, clock.now());
    if (after !== before) record.save(after, receipt);
    return after;
  };
  const before = record.read();
  const work = before && owedEffect(before, kind);
  if (!before || !work || work.dueAt > clock.now()) return;
  if (work.type === "ask" && kind.reconciliation === "ask") {
    const finding = await kind.ask(effect.request, effect.key);
    apply({ type: "found", attempt: before.attempt, spread: spread(random), ...finding });
    return;
  }
  const attempt = apply({ type: "sending" })!.attempt;
  const { receipt, ...answer } = await kind.send(effect.request, effect.key);
  apply({ type: "answered", attempt, spread: spread(random), ...answer }, receipt);
}

/** A number from 0 to 1. */
function spread(random: Random): number {
  return random.bytes(1)[0]! / 255;
}
