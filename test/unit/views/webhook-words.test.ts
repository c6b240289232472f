import { describe, expect, it } from "vitest";
import { MESSAGE_STATES } from "../../../worker/domain/webhook-endpoint.ts";
import { messageLook, messageSentence, type ShownMessage } from "../../../worker/views/webhook-words.ts";

const message = (rest: Partial<ShownMessage>): ShownMessage => ({
  state: "unknown",
  attempts: 1,
  nextAttemptAt: null,
  ...rest,
});

describe("the words for a message", () => {
  it("never claim that an unanswered message arrived, or that it did not", () => {
    for (const nextAttemptAt of [null, "2026-11-21T10:00:00.000Z"]) {
      const shown = message({ nextAttemptAt });
      expect(messageLook(shown).word).toBe("Unknown");
      expect(messageSentence(shown, true)).toContain("the receiver may have it, or not");
    }
  });

  it("say what happens next, and that nothing does while the endpoint is disabled", () => {
    const retried = message({ state: "intended", nextAttemptAt: "2026-11-21T10:00:00.000Z" });
    expect(messageSentence(retried, true)).toContain("sent again by itself");
    expect(messageSentence(retried, false)).toContain("when the endpoint is enabled");
  });

  it("are different for each state", () => {
    const words = MESSAGE_STATES.map((state) => messageLook(message({ state })).word);
    expect(new Set(words).size).toBe(words.length);
  });
});
