/**
 * The mock provider processes meetings: what its rules find, and that both of its ways write the same. Everything goes
 * through the adapter, the prompts and the capabilities that a real provider gets.
 */
import { describe, expect, it } from "vitest";
import { CODE_CAPABILITY_NAMES } from "../../../worker/capabilities/code/declarations.ts";
import { createMockProvider } from "../../../worker/llm/mock.ts";
import type { ProcessedMeeting, ProcessingPorts, ProgramCheck } from "../../../worker/meetings/ports.ts";
import { processMeeting } from "../../../worker/meetings/process-meeting.ts";
import { renderDeclarations } from "../../../worker/program/declarations.ts";
import { renderTools } from "../../../worker/program/tools.ts";
import { MemoryDesk, toolAnswer } from "../../support/memory-desk.ts";
import { frozenClock } from "./test-clock.ts";

/** Friday, 20 November 2026. */
const HELD = "2026-11-20T09:00:00.000Z";

function meetingOf(lines: readonly string[], heldAt: string | null = HELD): ProcessedMeeting {
  const utterances = lines.map((line, index) => {
    const [speaker, text] = line.split(/: (.*)/s) as [string, string];
    return { index, speaker: speaker === "?" ? null : speaker, startMs: index * 5_000, text };
  });
  const participants = [...new Set(utterances.flatMap(({ speaker }) => speaker ?? []))];
  return { id: "mtg_1", title: "Stand-up", heldAt, participants, utterances, stories: [] };
}

interface World {
  readonly version?: "v1" | "v2";
  readonly reviewByModel?: boolean;
  readonly desk?: MemoryDesk;
  readonly checks?: ProgramCheck[];
}

async function process(meeting: ProcessedMeeting, world: World = {}) {
  const { version = "v2", reviewByModel = false, desk = new MemoryDesk(meeting), checks = [] } = world;
  const provider = createMockProvider({ clock: frozenClock });
  const { tools, nameOf } = renderTools(CODE_CAPABILITY_NAMES);
  const capabilities = desk.capabilities();
  const ports: ProcessingPorts = {
    ...{ provider, reviewer: provider, clock: frozenClock, signal: new AbortController().signal },
    capabilities: { declarations: renderDeclarations(CODE_CAPABILITY_NAMES), tools, capabilityOf: nameOf },
    kept: { get: () => undefined, put: () => {} },
    tell: () => {},
    check: async () => checks.shift() ?? { kind: "passed" },
    execute: (program) => desk.execute(program),
    callTool: (name, input) => toolAnswer(() => capabilities.get(name)!(input)),
  };
  const choice = { version, reviewByModel, fallback: false, thinking: false, model: null, reviewModel: null };
  return { processed: await processMeeting(ports, meeting, choice), desk };
}

/** What was written, without what depends on the way. */
function written({ effects }: MemoryDesk) {
  return effects.map(({ capability, changes, evidence }) => {
    const given = Object.entries(changes).filter(([, value]) => value !== null && value !== "");
    return [capability, Object.fromEntries(given), evidence?.utterance] as const;
  });
}

const found = async (lines: readonly string[], heldAt?: string | null) =>
  written((await process(meetingOf(lines, heldAt))).desk).filter(
    ([capability, changes]) => capability !== "stories.create" || changes.key === undefined,
  );

describe("mock provider in a meeting", () => {
  it.each([
    ["RUN-12 is done.", { status: "done" }],
    ["We finished RUN-12 yesterday.", { status: "done" }],
    ["RUN-12 is in review.", { status: "in-review" }],
    ["I'm still working on RUN-12.", { status: "in-progress" }],
    ["Let's make RUN-12 five points.", { points: 5 }],
    ["RUN-12 goes from 3 to 8 points.", { points: 8 }],
    ["Ben takes RUN-12.", { assigned_to: "Ben" }],
    ["I'll take RUN-12.", { assigned_to: "Ana" }],
  ])("reads of a story: %s", async (text, changes) => {
    expect(await found([`Ana: ${text}`, "Ben: Fine by me."])).toEqual([["stories.update", changes, 0]]);
  });

  it.each([
    "Is RUN-12 done?",
    "RUN-12 is not done yet.",
    "RUN-12 will be done soon.",
    "When RUN-12 is merged we can go on.",
    "Carla takes RUN-12.",
    "The file is UTF-8 and it is done.",
    "I'll be honest, that was a long week.",
    "We are waiting for everyone to join.",
    "Should we decide that next week?",
  ])("makes nothing of: %s", async (text) => {
    expect(await found([`Ana: ${text}`])).toEqual([]);
  });

  it("knows what is meant by it, in the next utterance and not for ever", async () => {
    expect(
      await found(["Ana: What about RUN-12?", "Ben: It's done.", "Ana: Nice.", "Ben: And the lunch? It's done."]),
    ).toEqual([["stories.update", { status: "done" }, 1]]);
  });

  it("tells stories of one sentence apart", async () => {
    expect(await found(["Ana: RUN-1 and RUN-2 are done, RUN-3 is in review."])).toEqual([
      ["stories.update", { status: "done" }, 0],
      ["stories.update", { status: "done" }, 0],
      ["stories.update", { status: "in-review" }, 0],
    ]);
  });

  it.each([
    [
      "Action: Ben to write the release notes by Wednesday.",
      { title: "Write the release notes", owner: "Ben", due: "2026-11-25" },
    ],
    ["I will call the bank by Friday.", { title: "Call the bank", owner: "Ana", due: "2026-11-27" }],
    ["Ben, can you check the backups by tomorrow?", { title: "Check the backups", owner: "Ben", due: "2026-11-21" }],
    ["Can you look at the invoices?", { title: "Look at the invoices" }],
    ["Todo: rename the bucket before December 3rd.", { title: "Rename the bucket", due: "2026-12-03" }],
  ])("reads of something to do: %s", async (text, changes) => {
    expect(await found([`Ana: ${text}`, "Ben: OK."])).toEqual([
      ["actionItems.create", { ...changes, status: "open" }, 0],
    ]);
  });

  it("names no day where it does not know that of the meeting, and no owner where nobody spoke", async () => {
    expect(await found(["?: I will call the bank by Friday."], null)).toEqual([
      ["actionItems.create", { title: "Call the bank", status: "open" }, 0],
    ]);
  });

  it("reads blockers and decisions", async () => {
    expect(
      await found([
        "Ana: RUN-7 is blocked by the staging database, so I cannot test.",
        "Ben: We decided to ship on Tuesday.",
        "Ana: Let's go with Postgres.",
      ]),
    ).toEqual([
      ["stories.update", { status: "blocked" }, 0],
      ["blockers.create", { title: "Blocked by the staging database", story: "RUN-7", status: "open" }, 0],
      ["decisions.create", { title: "Ship on Tuesday", status: "decided" }, 1],
      ["decisions.create", { title: "Go with Postgres", status: "decided" }, 2],
    ]);
  });

  it("lets the last word count", async () => {
    expect(
      await found([
        "Ana: RUN-7 is in review. Let's go with Postgres.",
        "Ben: Actually, let's go with SQLite instead.",
        "Ana: RUN-7 is done.",
        "Ben: I will order pizza for the team. Never mind, scratch that.",
      ]),
    ).toEqual([
      ["decisions.create", { title: "Go with SQLite instead", status: "decided" }, 1],
      ["stories.update", { status: "done" }, 2],
    ]);
  });

  it("takes nothing for done that is to be done first", async () => {
    expect(await found(["Ana: RUN-9 is the export. Who does it, we'll see once it is unblocked."])).toEqual([]);
  });

  const LINES = [
    "Ana Silva: Morning all. RUN-12 is done and RUN-14 is in review.",
    "Ben Okafor: I’ll take RUN-15. It's blocked by the staging database.",
    'Ana Silva: We agreed that "beta" means ten customers. Can you create a ticket for the export of reports?',
    "Ben Okafor: Sure. I will write to the bank by Friday; RUN-15 is five points.",
    "Ana Silva: RUN-9 is unblocked.",
  ];

  async function both(lines: readonly string[]) {
    const meeting = meetingOf(lines);
    const runs = await Promise.all(
      (["v1", "v2"] as const).map((version) => {
        const desk = new MemoryDesk(meeting);
        desk.addStory("RUN-12", "Login");
        desk.stored.set("item_b", {
          ...{ id: "item_b", kind: "blocker", version: 1, evidence: null },
          fields: { title: "No licence", status: "open", story: "RUN-9", owner: null },
        });
        return process(meeting, { version, desk });
      }),
    );
    return { v1: runs[0]!, v2: runs[1]! };
  }

  it("writes the same by a program as by tool calls, in one call instead of several", async () => {
    const { v1, v2 } = await both(LINES);
    expect([v1.processed.kind, v2.processed.kind]).toEqual(["processed", "processed"]);
    const inOrder = (desk: MemoryDesk) =>
      written(desk)
        .map((each) => JSON.stringify(each))
        .sort();
    expect(inOrder(v1.desk)).toEqual(inOrder(v2.desk));
    expect(written(v2.desk)).toHaveLength(12);
    expect(written(v2.desk)).toContainEqual(["blockers.resolve", { status: "resolved" }, 4]);
    expect([v1.processed.calls.length, v2.processed.calls.length]).toEqual([5, 1]);
    for (const { processed } of [v1, v2]) {
      for (const call of processed.calls) {
        expect(call).toMatchObject({ isMock: true, estimated: true, costMicros: 0 });
        expect(call.inputTokens).toBeGreaterThan(500);
        expect(call.outputTokens).toBeGreaterThan(10);
      }
    }
    // Each round trip sends everything before it again.
    const [first, second] = v1.processed.calls;
    expect(second!.inputTokens).toBeGreaterThan(first!.inputTokens);
  });

  it("changes stories that it is told of without looking for them, in both ways", async () => {
    const stories = [{ key: "RUN-12", title: "Login", status: "todo", points: null }];
    const meeting = { ...meetingOf(["Ana: RUN-12 is done."]), stories };
    for (const version of ["v1", "v2"] as const) {
      const desk = new MemoryDesk(meeting);
      desk.addStory("RUN-12", "Login");
      const { processed } = await process(meeting, { version, desk });
      expect(written(desk)).toEqual([["stories.update", { status: "done" }, 0]]);
      expect(processed.calls).toHaveLength(version === "v1" ? 2 : 1);
      if (version === "v2") expect(processed).toMatchObject({ program: expect.not.stringContaining("findByKey") });
    }
  });

  it("makes nothing new of a meeting that was processed before", async () => {
    const { v2 } = await both(LINES);
    v2.desk.apply();
    for (const version of ["v1", "v2"] as const) {
      await process(meetingOf(LINES), { version, desk: v2.desk });
      expect(v2.desk.effects).toEqual([]);
      expect(v2.desk.unchanged).toBeGreaterThan(4);
    }
  });

  it("approves a program whose quotes were said", async () => {
    const { processed } = await process(meetingOf(LINES), { reviewByModel: true });
    expect(processed).toMatchObject({ kind: "processed" });
    expect(processed.calls.map(({ phase }) => phase)).toEqual(["generate", "review"]);
  });

  it("writes a program that is wrong where the transcript asks for one, and mends it", async () => {
    const asks = meetingOf(["Ana: RUN-1 is done.", "Ben: mock:throws please."]);
    const { processed, desk } = await process(asks);
    expect(processed.calls.map(({ phase }) => phase)).toEqual(["generate", "heal"]);
    expect(written(desk)).toHaveLength(2);
    const wrong = meetingOf(["Ana: RUN-1 is done.", "Ben: mock:type-error please."]);
    const checked = await process(wrong, { checks: [{ kind: "failed", errors: "main.ts:5 TS2322" }] });
    expect(checked.processed.program).not.toContain("key: 12 ");
  });

  it("writes a program that says there is nothing", async () => {
    const { processed, desk } = await process(meetingOf(["Ana: Nice weather.", "Ben: Indeed it is."]));
    expect(processed).toMatchObject({ result: { stories: 0, blockers: 0, actionItems: 0, decisions: 0 } });
    expect(desk.effects).toEqual([]);
  });
});
