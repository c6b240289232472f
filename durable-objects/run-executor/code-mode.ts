/**
 * Code mode in one run: what its program reads and writes of the workspace, and the sheet of its writes. The desk decides
 * what a write is, domain/effect-sheet.ts what becomes of it; D1 is written here alone.
 *
 * Invariant: a write is in the object's storage before it is tried in D1, and has the same id there however often it is
 * tried. So a crash between the two leaves one that is tried again, never one that nobody knows of. In review nothing is
 * tried before a person says so: writes are stored when their program has ended, and lost with an attempt that is.
 */
import { writeOf } from "../../worker/capabilities/code/declarations.ts";
import { type CodePorts, codeCapabilities, type MeetingView } from "../../worker/capabilities/code/implementations.ts";
import { type FetchPort, getText } from "../../worker/capabilities/fetch.ts";
import type { OnRecorded } from "../../worker/capabilities/recorded.ts";
import { type Capability, CapabilityError } from "../../worker/domain/capability.ts";
import type { CodeGrants } from "../../worker/domain/code-grants.ts";
import { decisionsOn } from "../../worker/domain/earlier-decisions.ts";
import type { Effect } from "../../worker/domain/effect.ts";
import type { Remembered } from "../../worker/domain/effect-decision.ts";
import {
  afterWrites,
  type DecisionRequest,
  decide,
  type EffectSheet,
  EMPTY_SHEET,
  newEntry,
  refusedAsSuperseded,
  type SheetEntry,
  writesToApply,
  writesToUndo,
} from "../../worker/domain/effect-sheet.ts";
import { fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { Fork } from "../../worker/domain/fork.ts";
import { newId } from "../../worker/domain/ids.ts";
import { type ItemFields, NEW_ITEM, type Story } from "../../worker/domain/item.ts";
import type { ItemWrite } from "../../worker/domain/item-change.ts";
import type { Member } from "../../worker/domain/membership.ts";
import { once } from "../../worker/domain/once.ts";
import type { Clock, Random } from "../../worker/domain/ports.ts";
import { ItemDesk } from "../../worker/effects/item-desk.ts";
import { ReadAhead } from "../../worker/effects/read-ahead.ts";
import { mentionedKeys } from "../../worker/meetings/mentioned-keys.ts";
import type { Database } from "../../worker/store/database.ts";
import { writeItems } from "../../worker/store/item-writes.ts";
import {
  findItem,
  findItemByOrigin,
  listItems,
  originsOfMeeting,
  storiesByKey,
  storiesFrom,
} from "../../worker/store/items.ts";
import { decisionStatements, earlierDecisions } from "../../worker/store/meeting-decisions.ts";
import { listMeetings, loadMeeting } from "../../worker/store/meetings.ts";
import { listMembers } from "../../worker/store/memberships.ts";
import type { EffectStorage, UnderWay } from "./effect-storage.ts";

/** Names that are looked through when a program assigns something. */
const MEMBERS_MAX = 1_000;
const EARLIER_MEETINGS = 20;
/** Stories that a transcript names and items that it has made, which are read together: those of any real meeting. */
const KEYS_AHEAD = 300;
const ORIGINS_AHEAD = 1_000;
/** All of a small project; of a large one those that begin with the same digits. */
const STRETCH_STORIES = 250;

const absent = () => Promise.reject(new Error("a replay asks no workspace"));

/** A replay has its answers from the journal. */
export const NO_WORKSPACE: CodePorts = {
  items: { find: absent, search: absent, create: absent, update: absent },
  ...{ meeting: absent, earlierMeetings: absent, members: absent, get: absent },
};

/** Where a program begins that is not the first of its run, or begins like another run. */
export interface Beginning {
  readonly fork?: Fork | null;
  /** The number of the last write of an earlier program of the same run. */
  readonly written?: number;
  /** The meeting that it is about, where the run has read it already. */
  readonly meeting?: MeetingView;
}

export interface CodeModePorts {
  readonly storage: EffectStorage;
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** The run that was accepted. */
  readonly run: () => { readonly id: string; readonly workspaceId: string; readonly createdBy: string };
}

export interface BegunCode {
  readonly capabilities: readonly Capability[];
  /** A call of a fork was answered as in the run that it begins like. */
  readonly onRecorded: OnRecorded;
}

function isSameEffect(one: Effect, other: Effect): boolean {
  const said = ({ capability, changes, before }: Effect) => JSON.stringify([capability, changes, before]);
  return one.number === other.number && said(one) === said(other);
}

export class CodeMode {
  readonly #ports: CodeModePorts;
  /** Applying and undoing go one after the other: each begins with what the one before has left. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(ports: CodeModePorts) {
    this.#ports = ports;
  }

  /**
   * What an attempt may call. In review it begins with an empty sheet; in auto it goes on from what was written.
   * @param fork what the run begins like
   */
  begin(code: CodeGrants, fetch: FetchPort, { fork = null, written = 0, meeting: known }: Beginning = {}): BegunCode {
    const { storage } = this.#ports;
    if (code.mode === "review") storage.replace(EMPTY_SHEET);
    else storage.note({ ...storage.sheet(), unchanged: 0 });
    const meeting = known ? async () => known : once(() => this.#meeting(code.meetingId));
    const members = once(() => listMembers(this.#ports.db, this.#ports.run().workspaceId, MEMBERS_MAX));
    const names = async () => (await members()).map(({ name }) => name);
    const desk = this.#desk(code, { meeting, members: names }, { fork, written });
    const ports = this.#codePorts(code, { items: desk, meeting, members }, fetch);
    const recorded = new Map((fork?.effects ?? []).map((effect) => [effect.call, effect]));
    const rejected = new Set(fork?.rejected);
    return {
      capabilities: codeCapabilities(code.capabilities, ports),
      onRecorded: async (capability, input, { call }) => {
        const write = writeOf(capability);
        if (!write) return;
        const effect = recorded.get(call) ?? null;
        if (effect) await this.#keep(effect, fork);
        const isRejected = effect !== null && rejected.has(effect.number);
        await desk.recorded({ ...write, isRejected }, (input as { evidence?: { quote: string } }).evidence, effect);
      },
    };
  }

  /** A program has ended, however it did: what it wrote is stored before anything that says so. */
  store(): void {
    this.#ports.storage.store();
  }

  sheet(): EffectSheet {
    return this.#ports.storage.sheet();
  }

  decide(request: DecisionRequest, by: string): Promise<Result<EffectSheet>> {
    return this.#inOrder(async () => {
      await this.#finish();
      const decided = decide(this.sheet(), request, { by, at: this.#ports.clock.now() });
      if (decided.ok) this.#ports.storage.replace(decided.value);
      return decided;
    });
  }

  apply(by: string): Promise<Result<EffectSheet>> {
    return this.#write("apply", by, "Nothing that is approved is left to write: approve something first.");
  }

  undo(by: string): Promise<Result<EffectSheet>> {
    return this.#write("undo", by, "Nothing of this run is written, or all of it was taken back.");
  }

  /** The program was run again as another run, without what was rejected here. */
  supersede(runId: string): void {
    this.#ports.storage.note({ ...this.sheet(), supersededBy: runId });
  }

  #write(what: UnderWay["what"], by: string, nothing: string): Promise<Result<EffectSheet>> {
    return this.#inOrder(async () => {
      await this.#finish();
      const { clock, storage } = this.#ports;
      const refusal = refusedAsSuperseded(this.sheet());
      if (refusal) return refusal;
      const underWay = { what, by, at: clock.now() };
      if (this.#writesOf(underWay).length === 0) return fail("nothing-to-do", nothing);
      storage.begin(underWay);
      return succeed(await this.#make(underWay));
    });
  }

  /** What a crash has cut is done first: nobody decides again about what may be written already. */
  async #finish(): Promise<void> {
    const underWay = this.#ports.storage.underWay();
    if (underWay) await this.#make(underWay);
  }

  async #make(underWay: UnderWay): Promise<EffectSheet> {
    const { db, storage, run } = this.#ports;
    const { id: runId, workspaceId } = run();
    const [sheet, writes] = [this.sheet(), this.#writesOf(underWay)];
    const outcomes = await writeItems(db, workspaceId, writes, underWay.at);
    const after = afterWrites(sheet, { runId, writes, outcomes }, underWay);
    storage.replace(after);
    return after;
  }

  #writesOf({ what, by }: UnderWay): readonly ItemWrite[] {
    const { id } = this.#ports.run();
    return what === "apply" ? writesToApply(this.sheet(), id) : writesToUndo(this.sheet(), id, by);
  }

  /** Keep in D1 what was decided on the sheet, for when the meeting is processed again. May be repeated. */
  decisionStatements(meetingId: string): D1PreparedStatement[] {
    const { id: runId, workspaceId } = this.#ports.run();
    const sheet = this.sheet();
    if (sheet.entries.length === 0) return [];
    return decisionStatements(this.#ports.db, { workspaceId, runId, meetingId }, decisionsOn(runId, sheet));
  }

  /** The meeting that a program or a model is to read; null where it is gone. */
  meeting(id: string): Promise<MeetingView | null> {
    return this.#meeting(id);
  }

  /** Those of the workspace that have these keys, in their order. */
  async stories(keys: readonly string[]): Promise<readonly Story[]> {
    const found = await storiesByKey(this.#ports.db, this.#ports.run().workspaceId, keys);
    return keys.flatMap((key) => (found.get(key)?.fields as Story | undefined) ?? []);
  }

  #codePorts(
    code: CodeGrants,
    { items, meeting, members }: Pick<CodePorts, "items" | "meeting"> & { members: () => Promise<Member[]> },
    fetch: FetchPort,
  ): CodePorts {
    const { db, run } = this.#ports;
    const { workspaceId } = run();
    return {
      items,
      meeting,
      earlierMeetings: async (q) => {
        const page = { before: code.meetingId, limit: EARLIER_MEETINGS };
        const { meetings } = await listMeetings(db, workspaceId, q ? { q } : {}, page);
        return meetings.map(({ id, title, heldAt }) => ({ id, title, heldAt }));
      },
      members: async () => (await members()).map(({ name, role }) => ({ name, role })),
      get: (url, context) => getText(fetch, url, context),
    };
  }

  #desk(
    code: CodeGrants,
    { meeting, members }: { meeting: () => Promise<MeetingView | null>; members: () => Promise<string[]> },
    { fork, written }: Required<Pick<Beginning, "fork" | "written">>,
  ): ItemDesk {
    const { clock, random, storage } = this.#ports;
    const stored = this.#stored(meeting);
    return new ItemDesk(
      {
        stored,
        meeting,
        members,
        earlier: async () => {
          const { id: runId, workspaceId } = this.#ports.run();
          return code.meetingId === null
            ? []
            : earlierDecisions(this.#ports.db, { workspaceId, runId, meetingId: code.meetingId });
        },
        newItemId: () => newId("item", clock, random),
        keep: async (effect, remembered) => {
          if (code.mode === "review" || remembered?.decision === "rejected")
            return this.#keep(effect, fork, remembered);
          return this.#makeNow(newEntry(effect, remembered)).catch((error: unknown) => {
            // Whoever is told that somebody was faster reads what is there now.
            stored.forget();
            throw error;
          });
        },
        made: async (number) => {
          const entry = code.mode === "auto" ? storage.entry(number) : null;
          // Of what was rejected before there is nothing to find: it is remembered once more.
          if (!entry || entry.decision === "rejected") return null;
          const version = entry.applied?.version ?? (await this.#makeNow(entry));
          const { effect } = entry;
          const fields = {
            ...(effect.before ?? NEW_ITEM[effect.kind]),
            ...effect.changes,
            ...entry.edited,
          } as ItemFields;
          const { itemId: id, kind, evidence } = effect;
          return { effect, item: { id, kind, version, fields, evidence } };
        },
        unchanged: () => storage.countUnchanged(),
      },
      code,
      written,
    );
  }

  #stored(meeting: () => Promise<MeetingView | null>): ReadAhead {
    const { db, clock, run } = this.#ports;
    const { workspaceId } = run();
    return new ReadAhead({
      clock,
      stored: {
        byId: (id) => findItem(db, workspaceId, id),
        byOrigin: (origin) => findItemByOrigin(db, workspaceId, origin),
        list: (kind, filter, limit) => listItems(db, workspaceId, { kind, filter, limit }),
      },
      load: async () => {
        const about = await meeting();
        const keys = mentionedKeys(about?.utterances ?? [], KEYS_AHEAD);
        const [stories, origins] = await Promise.all([
          storiesByKey(db, workspaceId, keys),
          about && originsOfMeeting(db, workspaceId, about.id, ORIGINS_AHEAD),
        ]);
        return { keys: new Set(keys), stories, origins };
      },
      loadStretch: async (from) => {
        const stories = await storiesFrom(db, workspaceId, from, STRETCH_STORIES);
        const to = stories.size < STRETCH_STORIES ? null : [...stories.keys()].at(-1)!;
        return { from, to, stories };
      },
    });
  }

  /** What was decided about the same effect of the run that this one begins like holds here, too. */
  async #keep(effect: Effect, fork: Fork | null, remembered: Remembered | null = null): Promise<number> {
    const same = fork?.decisions.find((each) => isSameEffect(each.effect, effect));
    const { effect: _, ...carried } = same ?? { effect };
    this.#ports.storage.gather({ ...newEntry(effect, remembered), ...carried });
    return effect.baseVersion;
  }

  async #makeNow(entry: SheetEntry): Promise<number> {
    const { db, clock, storage, run } = this.#ports;
    const { id: runId, workspaceId, createdBy } = run();
    const act = { by: createdBy, at: clock.now() };
    const approved: SheetEntry = { ...entry, decision: "approved", decided: act };
    storage.put(approved);
    const alone = { ...EMPTY_SHEET, entries: [approved] };
    const writes = writesToApply(alone, runId);
    const outcomes = await writeItems(db, workspaceId, writes, act.at);
    const [after] = afterWrites(alone, { runId, writes, outcomes }, act).entries;
    storage.put(after!);
    if (after!.applied) return after!.applied.version;
    throw new CapabilityError("ConflictError", "somebody else has changed the item at this moment: read it again");
  }

  async #meeting(id: string | null): Promise<MeetingView | null> {
    const { db, run } = this.#ports;
    const meeting = id === null ? null : await loadMeeting(db, run().workspaceId, id);
    if (!meeting) return null;
    const { title, heldAt, speakers: participants, words, transcript: utterances } = meeting;
    return { id: meeting.id, title, heldAt, participants, words, utterances };
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(work);
    this.#line = done.catch(() => {});
    return done;
  }
}
