import { describe, expect, it } from "vitest";
import type { EventChunk } from "../../../durable-objects/run-executor/event-chunks.ts";
import {
  SendWindow,
  STALLED_MS,
  TRUSTED_BYTES,
  WINDOW_BYTES,
  WINDOW_EVENTS,
} from "../../../durable-objects/run-executor/send-window.ts";

const KIB_200 = 200 * 1024;
const chunk = (firstSeq: number, lastSeq: number, bytes = KIB_200): EventChunk => ({
  firstSeq,
  lastSeq,
  json: "[]",
  bytes,
});

/** Sends chunks of ten events until the window is full; how many there were. */
function fill(window: SendWindow, now = 0): number {
  let count = 0;
  for (; window.hasRoom; count++) window.sent(chunk(window.sentSeq + 1, window.sentSeq + 10), now);
  return count;
}

describe("SendWindow", () => {
  it("holds a bounded number of bytes, and opens as they are acknowledged", () => {
    const window = new SendWindow(0, true);
    expect(fill(window)).toBe(Math.ceil(WINDOW_BYTES / KIB_200));
    window.acknowledge(9, 1);
    expect(window.hasRoom).toBe(false);
    window.acknowledge(20, 1);
    expect(fill(window)).toBe(2);
  });

  it("holds a bounded number of events, however short they are", () => {
    const window = new SendWindow(0, true);
    window.sent(chunk(1, WINDOW_EVENTS, 10), 0);
    expect(window.hasRoom).toBe(false);
    window.acknowledge(WINDOW_EVENTS, 1);
    expect(window.hasRoom).toBe(true);
  });

  it("believes no acknowledgement of what was never sent", () => {
    const window = new SendWindow(0);
    fill(window);
    window.acknowledge(window.sentSeq + 1, 1);
    expect([window.hasRoom, window.acknowledges]).toEqual([false, false]);
  });

  it("takes a client for stuck that lets a full window lie, and not one that goes on slowly", () => {
    const window = new SendWindow(0, true);
    fill(window, 0);
    expect(window.standing(STALLED_MS - 1)).toBe("fine");
    window.acknowledge(10, STALLED_MS - 1);
    fill(window, STALLED_MS - 1);
    expect(window.standing(STALLED_MS)).toBe("fine");
    expect(window.standing(2 * STALLED_MS)).toBe("stalled");
  });

  it("takes no client for stuck that has nothing to acknowledge", () => {
    const window = new SendWindow(0, true);
    window.sent(chunk(1, 10), 0);
    window.acknowledge(10, 1);
    expect(window.standing(10 * STALLED_MS)).toBe("fine");
  });

  it("trusts a client that never says anything with a window at a time, up to an amount", () => {
    const window = new SendWindow(0);
    let sent = 0;
    for (let turn = 0; turn < 100; turn++) {
      sent += fill(window) * KIB_200;
      window.trust();
    }
    expect(sent).toBeGreaterThanOrEqual(TRUSTED_BYTES);
    expect(sent).toBeLessThan(TRUSTED_BYTES + KIB_200);
    expect(window.standing(0)).toBe("beyond-trust");
  });

  it("asks one that has once acknowledged to go on doing so", () => {
    const window = new SendWindow(0);
    window.acknowledge(0, 0);
    fill(window);
    window.trust();
    expect(window.hasRoom).toBe(false);
  });
});
