/**
 * The journal of one effect as a pure machine: `(state, event, rules, now) -> state`. An effect is one thing that Runyard
 * does in a system that is not its own, under a key that stays the same however often it is tried.
 *
 *     intended --sending--> sent --answered--> acknowledged | refused
 *        ^                   |  \--answered: not done--> intended (later), or refused after the last try
 *        |                   \--no answer, or lost--> unknown --sending (where repeating is safe)--> sent
 *        \----------------------found absent-----------/  \--found done--> acknowledged
 *
 * It stores and sends nothing: perform.ts does, and stores `sent` before a request leaves.
 * Invariants: what may have been done is reconciled before anything else, by repeating it under its key where the receiver
 * does a key once, else by asking the receiver; it is called refused only if no request of it may have been done; tries
 * of one round are bounded; an answer to another attempt than the current one changes nothing.
 */

interface Counted {
  /** Requests sent so far. The number of the current, or of the last one. */
  readonly attempt: number;
  /** Requests and questions since a person last asked for it. */
  readonly tries: number;
}

/** Nothing is on its way and nothing was done. */
export interface IntendedEffect extends Counted {
  readonly name: "intended";
  readonly dueAt: number;
}

/** On its way: somebody waits for the answer. */
export interface SentEffect extends Counted {
  readonly name: "sent";
  readonly sentAt: number;
  /** An earlier request may have been done: that this one was not says nothing of the effect. */
  readonly isRepeat: boolean;
}

/** Sent, and nobody knows whether it was done. With no `dueAt` nobody will find out by themselves, either. */
export interface UnknownEffect extends Counted {
  readonly name: "unknown";
  readonly dueAt: number | null;
}

/** Acknowledged: the receiver has it. Refused: it was not done, and is not tried again by itself. */
export interface EndedEffect extends Counted {
  readonly name: "acknowledged" | "refused";
  readonly endedAt: number;
}

export type EffectState = IntendedEffect | SentEffect | UnknownEffect | EndedEffect;
export type EffectStateName = EffectState["name"];

export interface EffectRules {
  /**
   * How an unknown outcome is settled. `repeat`: send it again, because the receiver does a key once. `ask`: ask the
   * receiver, because a second request might do it twice.
   */
  readonly reconciliation: "repeat" | "ask";
  /** How long to wait after the first try of a round, the second, and so on. One try more than there are delays. */
  readonly retryDelaysMs: readonly number[];
}

/** `refused` says that another try cannot help; `not-done` that it can. */
export type EffectOutcome = "done" | "refused" | "not-done" | "unknown";

/** When the next try may come. */
export interface Pacing {
  /** The receiver asked for no try before this instant; null when it named none. */
  readonly notBefore: number | null;
  /** From 0 to 1: spreads the tries of many effects that failed together. */
  readonly spread: number;
}

export type EffectEvent =
  | { readonly type: "sending" }
  | ({ readonly type: "answered"; readonly attempt: number; readonly outcome: EffectOutcome } & Pacing)
  /** Whoever waited for the answer is gone. */
  | { readonly type: "lost" }
  | ({ readonly type: "found"; readonly attempt: number; readonly finding: "done" | "absent" | "unknown" } & Pacing)
  /** A person wants it tried now, whatever came of it before. */
  | { readonly type: "again" };

/** The most that a wait is lengthened, as a share of it. */
export const SPREAD_SHARE = 0.2;

export function intended(now: number): EffectState {
  return { name: "intended", attempt: 0, tries: 0, dueAt: now };
}

export interface EffectWork {
  readonly type: "send" | "ask";
  readonly dueAt: number;
}

/** What has to be done next; null while somebody waits for an answer, and when there is nothing left to do. */
export function owedEffect(state: EffectState, rules: EffectRules): EffectWork | null {
  if (state.name === "intended") return { type: "send", dueAt: state.dueAt };
  if (state.name !== "unknown" || state.dueAt === null) return null;
  return { type: rules.reconciliation === "repeat" ? "send" : "ask", dueAt: state.dueAt };
}

/** An event that does not fit the state returns the very same state. */
export function step(state: EffectState, event: EffectEvent, rules: EffectRules, now: number): EffectState {
  switch (event.type) {
    case "sending":
      return owedEffect(state, rules)?.type === "send"
        ? {
            name: "sent",
            attempt: state.attempt + 1,
            tries: state.tries + 1,
            sentAt: now,
            isRepeat: state.name === "unknown",
          }
        : state;
    case "answered":
      return state.name === "sent" && state.attempt === event.attempt ? answered(state, event, rules, now) : state;
    case "lost":
      return state.name === "sent" ? unknown(state, hasTriesLeft(state, rules) ? now : null) : state;
    case "found":
      return state.name === "unknown" && state.attempt === event.attempt ? found(state, event, rules, now) : state;
    case "again":
      return again(state, rules, now);
  }
}

type Answered = Extract<EffectEvent, { type: "answered" }>;
type Found = Extract<EffectEvent, { type: "found" }>;

function answered(state: SentEffect, { outcome, ...pacing }: Answered, rules: EffectRules, now: number): EffectState {
  if (outcome === "done") return ended(state, "acknowledged", now);
  const isKnown = outcome !== "unknown" && !state.isRepeat;
  if (outcome === "refused") return isKnown ? ended(state, "refused", now) : unknown(state, null);
  return isKnown ? notDone(state, pacing, rules, now) : unknown(state, nextTryAt(state, pacing, rules, now));
}

/** A question is a try of its own: it is asked as often as a request may be sent. */
function found(before: UnknownEffect, { finding, ...pacing }: Found, rules: EffectRules, now: number): EffectState {
  const state = { ...before, tries: before.tries + 1 };
  if (finding === "done") return ended(state, "acknowledged", now);
  if (finding === "absent") return notDone(state, pacing, rules, now);
  return unknown(state, nextTryAt(state, pacing, rules, now));
}

function again(state: EffectState, rules: EffectRules, now: number): EffectState {
  if (state.name === "sent") return state;
  if (state.name === "unknown") return { ...unknown(state, now), tries: 0 };
  // What was done is done once more only where that does nothing.
  if (state.name === "acknowledged" && rules.reconciliation === "ask") return state;
  return { name: "intended", attempt: state.attempt, tries: 0, dueAt: now };
}

function notDone(state: Counted, pacing: Pacing, rules: EffectRules, now: number): EffectState {
  const dueAt = nextTryAt(state, pacing, rules, now);
  if (dueAt === null) return ended(state, "refused", now);
  return { name: "intended", attempt: state.attempt, tries: state.tries, dueAt };
}

function unknown({ attempt, tries }: Counted, dueAt: number | null): UnknownEffect {
  return { name: "unknown", attempt, tries, dueAt };
}

function ended({ attempt, tries }: Counted, name: EndedEffect["name"], now: number): EndedEffect {
  return { name, attempt, tries, endedAt: now };
}

function hasTriesLeft({ tries }: Counted, rules: EffectRules): boolean {
  return tries <= rules.retryDelaysMs.length;
}

function nextTryAt(state: Counted, { notBefore, spread }: Pacing, rules: EffectRules, now: number): number | null {
  if (!hasTriesLeft(state, rules)) return null;
  const delayMs = rules.retryDelaysMs[state.tries - 1] ?? 0;
  return Math.max(now + Math.round(delayMs * (1 + SPREAD_SHARE * spread)), notBefore ?? 0);
}
