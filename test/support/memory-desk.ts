/** The capabilities of code mode over items in memory: what a program or a model's tool calls make of a meeting. */
import { stripTypeScriptTypes } from "node:module";
import { CODE_CAPABILITY_NAMES } from "../../worker/capabilities/code/declarations.ts";
import { codeCapabilities } from "../../worker/capabilities/code/implementations.ts";
import { CapabilityError } from "../../worker/domain/capability.ts";
import type { Effect } from "../../worker/domain/effect.ts";
import type { GuestOutcome, JsonValue } from "../../worker/domain/guest-outcome.ts";
import { type Item, matchesFilter, storyOf } from "../../worker/domain/item.ts";
import { ItemDesk } from "../../worker/effects/item-desk.ts";
import type { ProcessedMeeting, ToolAnswer } from "../../worker/meetings/ports.ts";

export class MemoryDesk {
  /** What is stored, by id; a desk's writes are not. */
  readonly stored = new Map<string, Item & { readonly origin?: string | null }>();
  readonly #meeting: ProcessedMeeting;
  effects: Effect[] = [];
  unchanged = 0;
  #items = 0;

  constructor(meeting: ProcessedMeeting) {
    this.#meeting = meeting;
  }

  /** Puts a story where the team's tracker would have it. */
  addStory(key: string, title: string): void {
    const fields = { key, title, description: "", status: "todo" as const, points: null, assigned_to: null };
    this.stored.set(key, { id: key, kind: "story", version: 1, fields, evidence: null });
  }

  /** Makes the writes of the sheet, as somebody does who approves all. */
  apply(): void {
    for (const { action, itemId: id, kind, changes, before, evidence, origin } of this.effects) {
      const stored = this.stored.get(id);
      const fields = { ...(stored?.fields ?? before), ...changes } as Item["fields"];
      const version = (stored?.version ?? 0) + 1;
      this.stored.set(id, {
        id,
        kind,
        version,
        fields,
        evidence,
        origin: action === "create" ? origin : (stored?.origin ?? null),
      });
    }
  }

  /** Names of capabilities to what they do; a fresh desk, with an empty sheet. */
  capabilities(): ReadonlyMap<string, (input: unknown) => Promise<JsonValue>> {
    this.effects = [];
    this.unchanged = 0;
    const { id, title, heldAt, utterances, participants } = this.#meeting;
    const meeting = async () => ({ id, title, heldAt, participants, words: 0, utterances });
    const stored = () => [...this.stored.values()].reverse();
    const items = new ItemDesk(
      {
        stored: {
          byId: async (wanted) => this.stored.get(wanted) ?? null,
          byKey: async (key) =>
            stored().find(({ kind, fields }) => storyOf(kind, fields) === key && kind === "story") ?? null,
          byOrigin: async (origin) => stored().find((item) => item.origin === origin) ?? null,
          list: async (kind, filter, limit) =>
            stored()
              .filter((item) => item.kind === kind && matchesFilter(item, filter))
              .slice(0, limit),
        },
        meeting,
        members: async () => [],
        earlier: async () => [],
        newItemId: () => `item_${++this.#items}`,
        keep: async (effect) => {
          this.effects.push(effect);
          return effect.baseVersion;
        },
        made: async () => null,
        unchanged: () => {
          this.unchanged += 1;
        },
      },
      { mode: "review", writesMax: 1_000 },
    );
    const none = () => Promise.reject(new CapabilityError("NotGrantedError", "there is no network here"));
    const ports = { items, meeting, earlierMeetings: async () => [], members: async () => [], get: none };
    let calls = 0;
    return new Map(
      codeCapabilities(CODE_CAPABILITY_NAMES, ports).map((capability) => [
        capability.name,
        (input) =>
          capability.call(input, {
            signal: new AbortController().signal,
            received: () => {},
            call: calls++,
            line: null,
          }),
      ]),
    );
  }

  /** Runs a program in Node, where nothing bounds it: for programs of the tests alone. */
  async execute(program: string): Promise<GuestOutcome> {
    const globals: Record<string, Record<string, unknown>> = {};
    for (const [name, call] of this.capabilities()) {
      const [entity, verb] = name.split(".") as [string, string];
      globals[entity] = { ...globals[entity], [verb]: (input: unknown = {}) => call(input) };
    }
    const code = stripTypeScriptTypes(program).replace("export default", "return");
    const AsyncFunction = (async () => {}).constructor as new (
      ...args: string[]
    ) => (...given: unknown[]) => Promise<JsonValue>;
    try {
      const result = await new AsyncFunction(...Object.keys(globals), code)(...Object.values(globals));
      return { kind: "completed", result };
    } catch (error) {
      const { name, message } = error as Error;
      const place = { file: "main.ts", line: null, column: null, stack: null };
      return { kind: "threw", error: { category: "runtime", name, message, ...place } };
    }
  }
}

export async function toolAnswer(call: () => Promise<JsonValue>): Promise<ToolAnswer> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (error instanceof CapabilityError) return { ok: false, message: `${error.name}: ${error.message}` };
    throw error;
  }
}
