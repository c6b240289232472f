/**
 * What the capabilities of code mode do, over the desk and the meeting of their program. One that is not granted does
 * nothing but say so.
 */
import { type Capability, type CapabilityContext, CapabilityError, defineCapability } from "../../domain/capability.ts";
import type { CallPlace } from "../../domain/effect.ts";
import type { QuotedUtterance } from "../../domain/evidence.ts";
import type { Item, ItemFilter, ItemKind, ItemPatch } from "../../domain/item.ts";
import { CODE_CAPABILITIES, type CodeCapabilityName } from "./declarations.ts";

type Quoted = { readonly quote: string; readonly utterance?: number | undefined } | undefined;
type ItemName = { readonly id: string } | { readonly key: string };

/** Reads and writes of items, in the order in which they are called. */
export interface ItemPort {
  find(kind: ItemKind, name: ItemName): Promise<Item | null>;
  search(kind: ItemKind, filter: ItemFilter): Promise<readonly Item[]>;
  create(kind: ItemKind, fields: ItemPatch, evidence: Quoted, place: CallPlace): Promise<Item>;
  update(kind: ItemKind, name: ItemName, patch: ItemPatch, evidence: Quoted, place: CallPlace): Promise<Item>;
}

export interface MeetingView {
  readonly id: string;
  readonly title: string;
  readonly heldAt: string | null;
  readonly participants: readonly string[];
  readonly words: number;
  readonly utterances: readonly QuotedUtterance[];
}

export interface CodePorts {
  readonly items: ItemPort;
  readonly meeting: () => Promise<MeetingView | null>;
  readonly earlierMeetings: (
    text: string | undefined,
  ) => Promise<readonly Pick<MeetingView, "id" | "title" | "heldAt">[]>;
  readonly members: () => Promise<readonly { readonly name: string; readonly role: string }[]>;
  /** @throws CapabilityError where the origin is not granted, or cannot be reached */
  readonly get: (
    url: string,
    context: CapabilityContext,
  ) => Promise<{ status: number; contentType: string; text: string }>;
}

/** Utterances that come with one answer: some 400 KB of long ones. */
const UTTERANCES_PER_ANSWER = 2_000;

type Implementation = (input: never, context: CapabilityContext, ports: CodePorts) => Promise<unknown>;

const shown = ({ id, version, fields, evidence }: Item) => ({ ...fields, id, version, evidence });

/** Reading, making and changing items of one kind are the same for all kinds. */
const lists =
  (kind: ItemKind): Implementation =>
  async (filter: ItemFilter, _, { items }) =>
    (await items.search(kind, filter)).map(shown);

const creates =
  (kind: ItemKind, capability: CodeCapabilityName): Implementation =>
  async ({ evidence, ...fields }: { evidence: Quoted } & ItemPatch, { call, line }, { items }) =>
    shown(await items.create(kind, fields, evidence, { capability, call, line }));

const sets =
  (kind: ItemKind, capability: CodeCapabilityName, status: string): Implementation =>
  async ({ id, evidence }: { id: string; evidence: Quoted }, { call, line }, { items }) =>
    shown(await items.update(kind, { id }, { status }, evidence, { capability, call, line }));

async function currentMeeting({ meeting }: CodePorts): Promise<MeetingView> {
  const found = await meeting();
  if (!found) throw new CapabilityError("NotFoundError", "this program is about no meeting");
  return found;
}

const IMPLEMENTATIONS: Readonly<Record<CodeCapabilityName, Implementation>> = {
  "stories.findByKey": async ({ key }: { key: string }, _, { items }) => {
    const story = await items.find("story", { key });
    return story && shown(story);
  },
  "stories.search": lists("story"),
  "stories.create": creates("story", "stories.create"),
  "stories.update": async (
    { key, evidence, ...patch }: { key: string; evidence: Quoted } & ItemPatch,
    { call, line },
    { items },
  ) => shown(await items.update("story", { key }, patch, evidence, { capability: "stories.update", call, line })),
  "blockers.list": lists("blocker"),
  "blockers.create": creates("blocker", "blockers.create"),
  "blockers.resolve": sets("blocker", "blockers.resolve", "resolved"),
  "actionItems.list": lists("action-item"),
  "actionItems.create": creates("action-item", "actionItems.create"),
  "actionItems.complete": sets("action-item", "actionItems.complete", "done"),
  "decisions.list": lists("decision"),
  "decisions.create": creates("decision", "decisions.create"),
  "meetings.current": async (_input, _context, ports) => {
    const { utterances, participants, ...rest } = await currentMeeting(ports);
    return { ...rest, participants: [...participants], utterances: utterances.length };
  },
  "meetings.transcript": async ({ from, to }: { from: number; to?: number }, _, ports) => {
    const { utterances } = await currentMeeting(ports);
    const end = Math.min(to ?? utterances.length, from + UTTERANCES_PER_ANSWER);
    return utterances.slice(from, end).map(({ index, speaker, startMs, text }) => ({ index, speaker, startMs, text }));
  },
  "meetings.earlier": async ({ text }: { text?: string }, _, { earlierMeetings }) => earlierMeetings(text),
  "members.list": async (_input, _context, { members }) => members(),
  "http.get": async ({ url }: { url: string }, context, { get }) => get(url, context),
};

/** @param granted names; one that nothing has grants nothing. Null for a program that is not of code mode: it has none. */
export function codeCapabilities(granted: readonly string[] | null, ports: CodePorts): readonly Capability[] {
  if (granted === null) return [];
  return (Object.keys(CODE_CAPABILITIES) as CodeCapabilityName[]).map((name) => {
    const { summary, input, output } = CODE_CAPABILITIES[name];
    const implementation = granted.includes(name) ? IMPLEMENTATIONS[name] : () => refuse(name);
    return defineCapability<typeof input, typeof output>({
      ...{ name, summary, input, output },
      implementation: (given, context) => implementation(given as never, context, ports) as never,
    });
  });
}

async function refuse(name: CodeCapabilityName): Promise<never> {
  const message = `${name} is not granted to this program: add "${name}" to its capabilities`;
  throw new CapabilityError("NotGrantedError", message);
}
