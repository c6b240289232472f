/**
 * Where a program's reads and writes of items meet. In review its writes stay on the desk, and its reads see them over
 * what is stored; in auto they are made at once. Either way each becomes an effect.
 *
 * Invariants: calls take effect in the order in which the program made them; nothing is assigned to somebody whom nobody
 * named; a quote that nobody said is refused; the same meeting makes the same item once; what somebody has rejected before
 * is asked for again, and neither written nor seen by the program.
 */
import { CapabilityError } from "../domain/capability.ts";
import { type EarlierDecision, recallChange, recallNew } from "../domain/earlier-decisions.ts";
import type { CallPlace, Effect, EffectMode } from "../domain/effect.ts";
import type { Remembered } from "../domain/effect-decision.ts";
import { type Evidence, type QuotedUtterance, SpokenTranscript, spokenWords } from "../domain/evidence.ts";
import {
  changesIn,
  ITEMS_PER_ANSWER,
  type Item,
  type ItemFields,
  type ItemFilter,
  type ItemKind,
  type ItemPatch,
  labelOf,
  matchesFilter,
  NEW_ITEM,
  OWNER_FIELD,
  storyOf,
} from "../domain/item.ts";
import { once } from "../domain/once.ts";

/** What is stored, without what lies on the desk. */
export interface StoredItems {
  byId(id: string): Promise<Item | null>;
  byKey(key: string): Promise<Item | null>;
  byOrigin(origin: string): Promise<Item | null>;
  list(kind: ItemKind, filter: ItemFilter, limit: number): Promise<readonly Item[]>;
}

/** The meeting that a program is about. */
export interface DeskMeeting {
  readonly id: string;
  readonly utterances: readonly QuotedUtterance[];
}

export interface DeskPorts {
  readonly stored: StoredItems;
  /** Null for a program that is about none. Asked at most once, as the members are. */
  readonly meeting: () => Promise<DeskMeeting | null>;
  /** Names of the people of the workspace. */
  readonly members: () => Promise<readonly string[]>;
  /** What people decided when the meeting was processed before, the last first. Asked at most once. */
  readonly earlier: () => Promise<readonly EarlierDecision[]>;
  readonly newItemId: () => string;
  /**
   * Keeps an effect; in auto it is made first, unless it was rejected before. Answers the version that its item has then.
   * @throws CapabilityError where its item was changed by somebody else at that moment
   */
  readonly keep: (effect: Effect, remembered: Remembered | null) => Promise<number>;
  /** What an earlier attempt at the same run has made under this number; null for nothing. */
  readonly made: (number: number) => Promise<{ readonly effect: Effect; readonly item: Item } | null>;
  /** A write turned out to change nothing. */
  readonly unchanged: () => void;
}

interface Quoted {
  readonly quote: string;
  readonly utterance?: number | undefined;
}

/** How a program names an item that is to be changed. */
export type ItemName = { readonly id: string } | { readonly key: string };

interface DeskItem {
  readonly item: Item;
  /** Its version in the store; 0 for one that is not there. */
  readonly baseVersion: number;
  /** Numbers of the effects that made it what it is. */
  readonly effects: readonly number[];
  /** The states that it went through on the desk: a search that finds one of them depends on what came after. */
  readonly past: readonly ItemFields[];
}

/** A new item that nobody sees, because a person has rejected it. */
interface RejectedItem {
  readonly item: Item;
  /** Where it was rejected on an earlier sheet: the number of the effect here, and what was decided there. */
  readonly before: { readonly effect: number; readonly remembered: Remembered } | null;
}

/** The meeting, with what its writes look up. */
interface SaidMeeting {
  readonly id: string;
  readonly transcript: SpokenTranscript;
}

export class ItemDesk {
  readonly #ports: DeskPorts;
  readonly #meeting: () => Promise<SaidMeeting | null>;
  /** Names of speakers and members by their words. A speaker and a member of one name, however written, are one person. */
  readonly #people: () => Promise<ReadonlyMap<string, string>>;
  readonly #mode: EffectMode;
  readonly #writesMax: number;
  readonly #written: number;
  readonly #desk = new Map<string, DeskItem>();
  /** New items that a person has rejected. The program may go on changing them; nobody sees it. */
  readonly #rejected = new Map<string, RejectedItem>();
  /** Stories by keys under which the program knows them, where somebody has given them others. */
  readonly #otherKeys = new Map<string, string>();
  readonly #earlier: () => Promise<readonly EarlierDecision[]>;
  /** Effects that the program has seen something of so far. */
  readonly #seen = new Set<number>();
  readonly #ordinals = new Map<string, number>();
  #writes = 0;
  #line: Promise<unknown> = Promise.resolve();

  /** @param written writes that an earlier program of the same run has made: numbers go on behind them */
  constructor(
    ports: DeskPorts,
    { mode, writesMax }: { readonly mode: EffectMode; readonly writesMax: number },
    written = 0,
  ) {
    this.#ports = ports;
    this.#meeting = once(async () => {
      const meeting = await ports.meeting();
      return meeting && { id: meeting.id, transcript: new SpokenTranscript(meeting.utterances) };
    });
    this.#people = once(async () => {
      const speakers = (await this.#meeting())?.transcript.speakers() ?? [];
      // The first way to write a name counts: the meeting's.
      return new Map([...speakers, ...(await ports.members())].reverse().map((name) => [spokenWords(name), name]));
    });
    this.#earlier = once(ports.earlier);
    this.#mode = mode;
    this.#writesMax = writesMax;
    this.#written = written;
  }

  find(kind: ItemKind, name: ItemName): Promise<Item | null> {
    return this.#inOrder(async () => {
      const found = await this.#find(kind, name);
      if (found) this.#saw(found.effects);
      return found?.item ?? null;
    });
  }

  search(kind: ItemKind, filter: ItemFilter): Promise<readonly Item[]> {
    return this.#inOrder(async () => {
      const onDesk = [...this.#desk.values()].filter(({ item }) => item.kind === kind);
      // What the program has changed may be among the stored ones that fit, and fit no more.
      const stored = await this.#ports.stored.list(kind, filter, ITEMS_PER_ANSWER + onDesk.length);
      const isThere = (fields: ItemFields) => matchesFilter({ kind, fields }, filter);
      for (const { item, past, effects } of onDesk) {
        if ([item.fields, ...past].some(isThere)) this.#saw(effects);
      }
      const changed = onDesk.filter(({ item }) => isThere(item.fields)).map(({ item }) => item);
      const untouched = stored.filter(({ id }) => !this.#desk.has(id));
      return [...changed.reverse(), ...untouched].slice(0, ITEMS_PER_ANSWER);
    });
  }

  create(kind: ItemKind, given: ItemPatch, quoted: Quoted | undefined, place: CallPlace): Promise<Item> {
    return this.#write(async (number) => {
      const made = await this.#made(number, place);
      if (made) return made;
      const evidence = await this.#evidence(quoted);
      const fields = { ...NEW_ITEM[kind], ...(await this.#withPeople(kind, defined(given))) } as ItemFields;
      const origin = evidence && this.#origin(kind, evidence);
      const known = origin === null ? null : await this.#ports.stored.byOrigin(origin);
      if (known) return this.#madeBefore(known, fields);
      await this.#refuseKnownKey(kind, fields);
      const recalled = recallNew(await this.#earlier(), { kind, fields, origin });
      const there = recalled.type === "settled" ? await this.#ports.stored.byId(recalled.itemId) : null;
      if (there) return this.#madeBefore(there, fields);
      const remembered = recalled.type === "open" ? recalled.remembered : null;
      const item: Item = { id: this.#ports.newItemId(), kind, version: 1, fields, evidence };
      return this.#keep(
        { number, ...place, action: "create", kind, itemId: item.id, label: labelOf(item), before: null },
        { changes: fields as unknown as ItemPatch, baseVersion: 0, origin, evidence },
        { after: { item, baseVersion: 0, effects: [], past: [] }, remembered },
      );
    });
  }

  update(
    kind: ItemKind,
    name: ItemName,
    patch: ItemPatch,
    quoted: Quoted | undefined,
    place: CallPlace,
  ): Promise<Item> {
    return this.#write(async (number) => {
      const made = await this.#made(number, place);
      if (made) return made;
      const found = await this.#find(kind, name);
      const rejected = found ? null : this.#findRejected(kind, name);
      if (rejected) return this.#changeRejected(rejected, patch, quoted, { number, ...place });
      if (!found)
        throw new CapabilityError("NotFoundError", `there is no ${kind} ${"id" in name ? name.id : name.key}`);
      const evidence = await this.#evidence(quoted);
      const { item } = found;
      const asked = await this.#withPeople(kind, defined(patch));
      const differs = changesIn(item.fields, asked);
      if (Object.keys(differs).length === 0) return this.#nothing(item);
      const states = { before: item.fields, found: found.past[0] ?? item.fields };
      const about = { kind, itemId: item.id, ...states, changes: differs };
      const recalled = recallChange(await this.#earlier(), about);
      if (recalled.type === "settled") return this.#nothing(item);
      const { changes, remembered } = recalled;
      const after = { ...item, version: item.version + 1, fields: { ...item.fields, ...changes } as ItemFields };
      // Without the effect that made it there would be no item; what else was changed of it is another matter.
      if (found.baseVersion === 0) this.#saw(found.effects.slice(0, 1));
      return this.#keep(
        { number, ...place, action: "update", kind, itemId: item.id, label: labelOf(item), before: item.fields },
        { changes, asked, baseVersion: found.baseVersion, origin: null, evidence },
        { after: { ...found, item: after, past: [...found.past, item.fields] }, remembered },
      );
    });
  }

  /**
   * A write that is answered as in another run: the desk is as after it.
   * @param effect what it was there; null where it changed nothing or was refused
   */
  recorded(
    { kind, isNew, isRejected }: { readonly kind: ItemKind; readonly isNew: boolean; readonly isRejected: boolean },
    quoted: Quoted | undefined,
    effect: Effect | null,
  ): Promise<void> {
    return this.#inOrder(async () => {
      this.#writes += 1;
      const evidence = effect?.evidence ?? (await this.#evidence(quoted).catch(() => null));
      if (isNew && evidence) this.#origin(kind, evidence);
      if (!effect) return;
      const { itemId: id, before, changes, baseVersion, number } = effect;
      const fields = { ...(before ?? NEW_ITEM[kind]), ...changes } as ItemFields;
      const known = this.#desk.get(id);
      const item = { id, kind, version: (known?.item.version ?? baseVersion) + 1, fields, evidence: effect.evidence };
      if (isRejected) {
        if (isNew) this.#rejected.set(id, { item, before: null });
        return;
      }
      this.#saw([...effect.dependsOn, number]);
      this.#desk.set(id, {
        ...{ item, baseVersion, effects: [...(known?.effects ?? []), number] },
        past: [...(known?.past ?? []), ...(before ? [before] : [])],
      });
    });
  }

  async #find(kind: ItemKind, name: ItemName): Promise<DeskItem | null> {
    const onDesk = [...this.#desk.values()].find(({ item }) => isCalled(item, kind, name));
    if (onDesk) return onDesk;
    const { stored } = this.#ports;
    const item = await ("id" in name ? stored.byId(name.id) : stored.byKey(name.key));
    if (!item && "key" in name && this.#otherKeys.has(name.key)) {
      return this.#find(kind, { id: this.#otherKeys.get(name.key)! });
    }
    if (item?.kind !== kind) return null;
    return this.#desk.get(item.id) ?? { item, baseVersion: item.version, effects: [], past: [] };
  }

  #findRejected(kind: ItemKind, name: ItemName): RejectedItem | null {
    return [...this.#rejected.values()].find(({ item }) => isCalled(item, kind, name)) ?? null;
  }

  /** What was rejected on this run's way comes to nothing; of what was rejected before, a person can decide otherwise. */
  async #changeRejected(
    { item, before }: RejectedItem,
    patch: ItemPatch,
    quoted: Quoted | undefined,
    place: CallPlace & { readonly number: number },
  ): Promise<Item> {
    const { id, kind, fields } = item;
    const asked = await this.#withPeople(kind, defined(patch));
    const changes = changesIn(fields, asked);
    const after = { ...item, fields: { ...fields, ...changes } as ItemFields };
    if (before === null || Object.keys(changes).length === 0) return this.#nothing(after);
    const evidence = await this.#evidence(quoted);
    const what = { ...place, action: "update", kind, itemId: id, label: labelOf(item), before: fields } as const;
    const how = { changes, asked, baseVersion: 0, origin: null, evidence, dependsOn: [before.effect] };
    await this.#ports.keep({ ...what, ...how }, before.remembered);
    this.#rejected.set(id, { item: after, before });
    return after;
  }

  #madeBefore(known: Item, asked: ItemFields): Item {
    const key = storyOf(known.kind, asked);
    if (known.kind === "story" && key !== null) this.#otherKeys.set(key, known.id);
    return this.#nothing(this.#desk.get(known.id)?.item ?? known);
  }

  async #keep(
    what: Omit<Effect, "changes" | "asked" | "baseVersion" | "origin" | "evidence" | "dependsOn">,
    how: Pick<Effect, "changes" | "asked" | "baseVersion" | "origin" | "evidence">,
    { after, remembered }: { readonly after: DeskItem; readonly remembered: Remembered | null },
  ): Promise<Item> {
    const effect: Effect = { ...what, ...how, dependsOn: [...this.#seen].sort((a, b) => a - b) };
    const version = await this.#ports.keep(effect, remembered);
    if (remembered?.decision === "rejected") {
      const before = { effect: effect.number, remembered };
      if (effect.action === "create") this.#rejected.set(effect.itemId, { item: after.item, before });
      return after.item;
    }
    const isStored = this.#mode === "auto";
    const fields = { ...after.item.fields, ...remembered?.edited } as ItemFields;
    const item = { ...after.item, fields, version: isStored ? version : after.item.version };
    const asked = storyOf(item.kind, after.item.fields);
    if (item.kind === "story" && asked !== null && remembered?.edited) this.#otherKeys.set(asked, item.id);
    // The map is in the order of the last changes, as lists are.
    this.#desk.delete(item.id);
    this.#desk.set(item.id, {
      ...{ item, baseVersion: isStored ? version : after.baseVersion },
      ...{ effects: [...after.effects, effect.number], past: after.past },
    });
    return item;
  }

  /** What an attempt that was lost has made already is not made again. */
  async #made(number: number, { capability }: CallPlace): Promise<Item | null> {
    const made = await this.#ports.made(number);
    if (!made) return null;
    if (made.effect.capability !== capability) {
      throw new CapabilityError(
        "StateError",
        "the server restarted, and the program took another way than before: what it wrote until then is listed",
      );
    }
    const { effect, item } = made;
    // What comes after it of the same utterance is the next item, not this one.
    if (effect.origin !== null && effect.evidence) this.#origin(effect.kind, effect.evidence);
    const past = [...(this.#desk.get(item.id)?.past ?? []), ...(effect.before ? [effect.before] : [])];
    this.#desk.set(item.id, { item, baseVersion: item.version, effects: [effect.number], past });
    return item;
  }

  #nothing(item: Item): Item {
    this.#ports.unchanged();
    return item;
  }

  #saw(effects: readonly number[]): void {
    for (const each of effects) this.#seen.add(each);
  }

  #write(work: (number: number) => Promise<Item>): Promise<Item> {
    return this.#inOrder(() => {
      this.#writes += 1;
      if (this.#writes > this.#writesMax) {
        throw new CapabilityError("LimitError", `this program may write ${this.#writesMax} times, and has done so`);
      }
      return work(this.#written + this.#writes);
    });
  }

  /** One call at a time, so that what a read sees depends on the program alone. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(work);
    this.#line = done.catch(() => {});
    return done;
  }

  async #refuseKnownKey(kind: ItemKind, fields: ItemFields): Promise<void> {
    const key = kind === "story" ? storyOf(kind, fields) : null;
    if (key === null) return;
    // The program has made the one that was rejected before, and is told of no difference.
    const isTaken = this.#findRejected(kind, { key })?.before ?? (await this.#find(kind, { key }));
    if (!isTaken) return;
    throw new CapabilityError("ConflictError", `there is a story ${key}: change it with stories.update`);
  }

  async #evidence(quoted: Quoted | undefined): Promise<Evidence | null> {
    const meeting = await this.#meeting();
    if (meeting === null) return null;
    if (quoted === undefined) {
      throw new CapabilityError(
        "EvidenceError",
        "give evidence: { quote } with the words that were said in the meeting",
      );
    }
    const said = meeting.transcript.find(quoted.quote, quoted.utterance);
    if (said === null) {
      throw new CapabilityError(
        "EvidenceError",
        `nobody said "${quoted.quote.slice(0, 200)}" in one utterance of the transcript: quote the words as they are there`,
      );
    }
    const { index: utterance, speaker, startMs: at } = said;
    return { meetingId: meeting.id, utterance, speaker, at, quote: quoted.quote };
  }

  /** The n-th item of a kind that is made from an utterance is the same one each time that the meeting is processed. */
  #origin(kind: ItemKind, { meetingId, utterance }: Evidence): string {
    const place = `${kind}:${meetingId}:${utterance}`;
    const ordinal = (this.#ordinals.get(place) ?? 0) + 1;
    this.#ordinals.set(place, ordinal);
    return `${place}:${ordinal}`;
  }

  /** With the owner's name as the workspace or the meeting writes it. */
  async #withPeople(kind: ItemKind, patch: ItemPatch): Promise<ItemPatch> {
    const field = OWNER_FIELD[kind];
    const named = field === null ? undefined : patch[field];
    if (field === null || typeof named !== "string") return patch;
    const person = personNamed(named, await this.#people());
    if (person !== null) return { ...patch, [field]: person };
    const meeting = await this.#meeting();
    const isNamed = meeting === null || meeting.transcript.find(named) !== null;
    if (isNamed) return patch;
    throw new CapabilityError(
      "UnknownPersonError",
      `nobody called "${named}" is in the workspace, was in the meeting or was named in it: leave ${field} out`,
    );
  }
}

function isCalled({ id, kind, fields }: Item, wanted: ItemKind, name: ItemName): boolean {
  return kind === wanted && ("id" in name ? id === name.id : storyOf(kind, fields) === name.key);
}

/** The one person of that name, or with that first name. */
function personNamed(name: string, people: ReadonlyMap<string, string>): string | null {
  const words = spokenWords(name);
  const whole = people.get(words);
  if (whole !== undefined) return whole;
  const found = [...people].filter(([each]) => each.startsWith(`${words} `));
  return found.length === 1 ? found[0]![1] : null;
}

function defined(patch: ItemPatch): ItemPatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
