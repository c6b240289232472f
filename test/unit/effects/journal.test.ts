import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EffectEvent,
  type EffectRules,
  type EffectState,
  intended,
  owedEffect,
  SPREAD_SHARE,
  step,
} from "../../../worker/effects/journal.ts";

const repeat: EffectRules = { reconciliation: "repeat", retryDelaysMs: [10, 100] };
const ask: EffectRules = { ...repeat, reconciliation: "ask" };
const pacing = { notBefore: null, spread: 0 };
const sending: EffectEvent = { type: "sending" };
const answered = (outcome: "done" | "refused" | "not-done" | "unknown", attempt = 1): EffectEvent => ({
  type: "answered",
  attempt,
  outcome,
  ...pacing,
});
const found = (finding: "done" | "absent" | "unknown", attempt = 1): EffectEvent => ({
  type: "found",
  attempt,
  finding,
  ...pacing,
});

function play(events: readonly EffectEvent[], rules = repeat): EffectState {
  return events.reduce((state, event, index) => step(state, event, rules, index + 1), intended(0));
}

describe("step", () => {
  it("leads from intended through sent to acknowledged", () => {
    expect(play([sending])).toEqual({ name: "sent", attempt: 1, tries: 1, sentAt: 1, isRepeat: false });
    expect(play([sending, answered("done")])).toEqual({ name: "acknowledged", attempt: 1, tries: 1, endedAt: 2 });
  });

  it("tries again later what was not done, and gives up after the last delay", () => {
    const first = play([sending, answered("not-done")]);
    expect(first).toEqual({ name: "intended", attempt: 1, tries: 1, dueAt: 12 });
    const second = [sending, answered("not-done"), sending, answered("not-done", 2)];
    expect(play(second)).toMatchObject({ name: "intended", dueAt: 104 });
    expect(play([...second, sending, answered("not-done", 3)])).toMatchObject({ name: "refused", attempt: 3 });
  });

  it("waits as long as the receiver asks for, and spreads what failed together", () => {
    const sent = play([sending]);
    const at = (notBefore: number | null, spread: number) =>
      step(sent, { type: "answered", attempt: 1, outcome: "not-done", notBefore, spread }, repeat, 0);
    expect(at(5_000, 0)).toMatchObject({ dueAt: 5_000 });
    expect(at(3, 0)).toMatchObject({ dueAt: 10 });
    expect(at(null, 1)).toMatchObject({ dueAt: 10 * (1 + SPREAD_SHARE) });
  });

  it("repeats an unknown effect where that is safe, and asks first where it is not", () => {
    for (const end of [answered("unknown"), { type: "lost" } as const]) {
      expect(owedEffect(play([sending, end]), repeat)?.type).toBe("send");
      expect(owedEffect(play([sending, end], ask), ask)?.type).toBe("ask");
      expect(play([sending, end, sending], ask)).toEqual(play([sending, end], ask));
    }
    expect(play([sending, answered("unknown"), found("done")], ask)).toMatchObject({ name: "acknowledged" });
    expect(play([sending, answered("unknown"), found("absent")], ask)).toMatchObject({ name: "intended", attempt: 1 });
  });

  it("says unknown, and not refused, when nobody ever found out", () => {
    const tries = [1, 2, 3].flatMap((attempt) => [sending, answered("unknown", attempt)]);
    expect(play(tries)).toMatchObject({ name: "unknown", dueAt: null, attempt: 3 });
    const questions = [sending, answered("unknown"), found("unknown"), found("unknown")];
    expect(play(questions, ask)).toMatchObject({ name: "unknown", dueAt: null, attempt: 1 });
  });

  it("does not take a refusal of the second request for one of the first, which may have been done", () => {
    const unclear = [sending, answered("unknown"), sending];
    expect(play([...unclear, answered("not-done", 2)])).toMatchObject({ name: "unknown", dueAt: 104 });
    expect(play([...unclear, answered("refused", 2)])).toMatchObject({ name: "unknown", dueAt: null });
    expect(play([...unclear, answered("done", 2)])).toMatchObject({ name: "acknowledged" });
  });

  it("settles a lost request at once, but not for ever", () => {
    expect(play([sending, { type: "lost" }])).toMatchObject({ name: "unknown", dueAt: 2 });
    const lost = [1, 2, 3].flatMap((): EffectEvent[] => [sending, { type: "lost" }]);
    expect(play(lost)).toMatchObject({ name: "unknown", dueAt: null });
  });

  it("ignores the answer of another attempt", () => {
    const state = play([sending, { type: "lost" }, sending]);
    expect(step(state, answered("done", 1), repeat, 9)).toBe(state);
  });

  it("starts another round when a person asks, never beside a request that is on its way", () => {
    const refused = play([sending, answered("refused"), { type: "again" }]);
    expect(refused).toEqual({ name: "intended", attempt: 1, tries: 0, dueAt: 3 });
    const sent = play([sending]);
    expect(step(sent, { type: "again" }, repeat, 9)).toBe(sent);
    expect(play([sending, answered("unknown"), { type: "again" }], ask)).toMatchObject({ name: "unknown", dueAt: 3 });
    const done = play([sending, answered("done")], ask);
    expect(step(done, { type: "again" }, ask, 9)).toBe(done);
  });

  const anyEvent: fc.Arbitrary<EffectEvent> = fc.oneof(
    { weight: 4, arbitrary: fc.constant(sending) },
    fc.constant<EffectEvent>({ type: "lost" }),
    fc.record({
      type: fc.constant("answered" as const),
      attempt: fc.integer({ min: 1, max: 6 }),
      outcome: fc.constantFrom("done", "refused", "not-done", "unknown" as const),
      notBefore: fc.option(fc.integer({ min: 0, max: 1_000 })),
      spread: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({
      type: fc.constant("found" as const),
      attempt: fc.integer({ min: 1, max: 6 }),
      finding: fc.constantFrom("done", "absent", "unknown" as const),
      notBefore: fc.constant(null),
      spread: fc.constant(0),
    }),
  );

  it("never leaves an end by itself, never loses an attempt, and never tries more often than it may", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.constantFrom(repeat, ask), (events, rules) => {
        let state = intended(0);
        for (const [index, event] of events.entries()) {
          const next = step(state, event, rules, index);
          const hasEnded = state.name === "acknowledged" || state.name === "refused";
          if (hasEnded) expect(next).toBe(state);
          expect(next.attempt - state.attempt).toBe(next.name === "sent" && next !== state ? 1 : 0);
          if (state.name === "unknown" && rules.reconciliation === "ask") expect(next.name).not.toBe("sent");
          state = next;
        }
        expect(state.tries).toBeLessThanOrEqual(rules.retryDelaysMs.length + 1);
      }),
    );
  });
});
