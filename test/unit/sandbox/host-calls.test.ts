/** The bridge to the host's capabilities, without a guest: what it holds while answers are under way. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineCapability } from "../../../worker/domain/capability.ts";
import { HostCalls } from "../../../worker/sandbox/host-calls.ts";
import { type HostAnswer, JournalWriter } from "../../../worker/sandbox/journal.ts";

const MIB = 2 ** 20;
const CHUNK_BYTES = 64 * 1024;

/** Receives so many bytes, a part at a time, as long as it may. */
function createDownload() {
  const seen = { held: 0, most: 0 };
  const download = defineCapability({
    name: "download",
    summary: "Receives bytes.",
    input: z.strictObject({ bytes: z.number(), fails: z.boolean().optional() }),
    output: z.string(),
    implementation: async ({ bytes, fails }, { received }) => {
      let held = 0;
      try {
        for (; held < bytes; held += CHUNK_BYTES) {
          await null;
          received(CHUNK_BYTES);
          seen.held += CHUNK_BYTES;
          seen.most = Math.max(seen.most, seen.held);
        }
        if (fails) throw new Error("broken off");
        return "x".repeat(bytes);
      } finally {
        seen.held -= held;
      }
    },
  });
  return { download, seen };
}

async function answersOf(calls: HostCalls, inputs: readonly object[]): Promise<HostAnswer[]> {
  const answers: HostAnswer[] = [];
  for (const input of inputs) calls.start("download", JSON.stringify(input));
  while (calls.areWaiting) {
    if (!calls.haveAnswer) await calls.arrival();
    answers.push(calls.take()!.answer);
  }
  return answers;
}

const newCalls = (download: ReturnType<typeof createDownload>["download"]) =>
  new HostCalls([download], 1_000, new JournalWriter(0));

describe("answers that are under way", () => {
  it("hold no more than a run may move in all, and those without room say so", async () => {
    const { download, seen } = createDownload();
    const answers = await answersOf(newCalls(download), Array(100).fill({ bytes: 2 * MIB - 10 }));
    expect(seen.most).toBeLessThanOrEqual(16 * MIB);
    const refused = answers.filter((answer) => "error" in answer);
    expect(answers.length - refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThanOrEqual(92);
    expect(refused[0]).toEqual({
      error: {
        name: "RangeError",
        message: "the host calls of this run moved too much data: 16 MiB are allowed, with what is under way",
      },
    });
  });

  it("count no longer once they have failed, and only once when they have come", async () => {
    const { download } = createDownload();
    const calls = newCalls(download);
    for (let i = 0; i < 20; i++) {
      const [failed] = await answersOf(calls, [{ bytes: 2 * MIB - CHUNK_BYTES, fails: true }]);
      expect(failed).toEqual({ error: { name: "Error", message: "download failed" } });
    }
    for (let i = 0; i < 7; i++) {
      const [answer] = await answersOf(calls, [{ bytes: 2 * MIB - CHUNK_BYTES }]);
      expect(answer).toHaveProperty("value");
    }
  });

  it("are refused for a call that was given up", async () => {
    const { download, seen } = createDownload();
    const calls = newCalls(download);
    for (let i = 0; i < 20; i++) calls.start("download", JSON.stringify({ bytes: 2 * MIB - CHUNK_BYTES }));
    for (let i = 0; i < 20; i++) calls.giveUp(i);
    expect(await answersOf(calls, [{ bytes: 2 * MIB - CHUNK_BYTES }])).toHaveLength(21);
    expect(seen.held).toBe(0);
    expect(await answersOf(calls, [{ bytes: 2 * MIB - CHUNK_BYTES }])).toEqual([{ value: expect.any(String) }]);
  });
});
