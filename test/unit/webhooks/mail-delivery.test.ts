import { describe, expect, it } from "vitest";
import { capOf } from "../../../worker/domain/budget-state.ts";
import { budgetWarningMessage, runEventMessage, testMessage } from "../../../worker/domain/webhook-events.ts";
import { type Mail, openMailer } from "../../../worker/mail/mailer.ts";
import { createMailDelivery, mailText } from "../../../worker/webhooks/mail-delivery.ts";
import { toldRun } from "../../support/told-run.ts";

const NOON = Date.UTC(2026, 10, 27, 12);
const clock = { now: () => NOON, sleep: () => Promise.resolve() };
const TEST = testMessage("msg_1", "ws_1", "ep_1", "2026-11-27T12:00:00.000Z");
const deliver = (mailer: { send(mail: Mail): Promise<void> } | null) =>
  createMailDelivery("mailto:ana@example.com", { retryDelaysMs: [1] }, { mailer, clock }).send(TEST.body, TEST.id);

describe("a delivery by e-mail", () => {
  it("sends one mail to the mailbox", async () => {
    const sent: Mail[] = [];
    const answer = await deliver({ send: async (mail) => void sent.push(mail) });
    expect(answer).toMatchObject({ outcome: "done", receipt: { problem: null } });
    expect(sent).toMatchObject([{ to: "ana@example.com", subject: "A test of your notifications" }]);
  });

  it("is tried again when the mail was not taken, and where e-mail is not set up any more", async () => {
    const refused = await deliver({ send: () => Promise.reject(new Error("unknown recipient")) });
    expect(refused).toMatchObject({
      outcome: "not-done",
      receipt: { problem: "The mail was not taken: unknown recipient" },
    });
    expect((await deliver(null)).receipt.problem).toContain("RUNYARD_MAIL_FROM");
  });
});

describe("what a person reads", () => {
  it("says of a budget how much of it is spent", () => {
    const cap = capOf({ kind: "agent", id: "writer" }, "month", 2_000_000);
    const { body } = budgetWarningMessage(
      "msg_2",
      "ws_1",
      { cap, window: "2026-11", percent: 80, spentMicros: 1_600_000 },
      NOON,
    );
    expect(mailText(body).subject).toBe("80 % of the budget of the agent writer are spent: $1.60 of $2.00 a month");
    expect(mailText(body).text).toContain('"window": "2026-11"');
  });

  it("says of a run what it is called and how it ended", () => {
    expect(mailText(runEventMessage("ws_1", toldRun("1"), "run.succeeded").body).subject).toBe("Greet: succeeded");
  });
});

describe("a mailer", () => {
  it("is not there without the binding, or without who it is from", () => {
    expect(openMailer(undefined, "a@example.com")).toBeNull();
    expect(openMailer({ send: () => Promise.reject(new Error("not asked")) }, null)).toBeNull();
  });

  it("keeps a subject on one line", async () => {
    const seen: unknown[] = [];
    const binding = { send: async (mail: unknown) => seen.push(mail) };
    const mailer = openMailer(binding, "runyard@example.com")!;
    await mailer.send({ to: "ana@example.com", subject: "Hello\r\nBcc: all@example.com", text: "x" });
    expect(seen).toMatchObject([{ from: { email: "runyard@example.com" }, subject: "Hello Bcc: all@example.com" }]);
  });
});
