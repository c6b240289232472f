/**
 * What happens to runs and budgets, as messages to receivers outside: the one table of event types, and the shape of what
 * is sent.
 * Invariant: a message of a run tells it as it was at its event, under an id of the two, whenever and however often it is
 * made. A message of a budget is made once, and stored.
 */
import * as z from "zod";
import { subjectSchema } from "./budget.ts";
import { type BudgetWarning, WARN_AT } from "./budget-state.ts";
import { ERROR_CATEGORIES, LIMIT_NAMES } from "./guest-outcome.ts";
import { toIso } from "./instant.ts";
import { PRIORITIES } from "./lane.ts";
import { isTerminal, RUN_KINDS, RUN_STATES, type RunDetail, type RunStateName, type TerminalState } from "./run.ts";

/** Names as Standard Webhooks recommends them: identifiers of letters, digits and underscores, with full stops between. */
export const RUN_EVENTS = {
  "run.queued": "A run was accepted, and waits in its lane.",
  "run.started": "A run got its slot.",
  "run.succeeded": "A run's program ran to its end.",
  "run.failed": "A run's program threw, or reached a limit other than its time.",
  "run.cancelled": "A run was cancelled before it came to its end.",
  "run.timed_out": "A run's program reached its time limit, or the run waited longer than it might.",
} as const;

export type RunEventType = keyof typeof RUN_EVENTS;
export const RUN_EVENT_TYPES = Object.keys(RUN_EVENTS) as [RunEventType, ...RunEventType[]];

export const BUDGET_EVENT = "budget.warning";

/** What an endpoint may be subscribed to. */
export const ENDPOINT_EVENTS = {
  ...RUN_EVENTS,
  [BUDGET_EVENT]: "50, 80 or 100 % of a budget are spent.",
} as const;

export type EndpointEventType = keyof typeof ENDPOINT_EVENTS;
export const ENDPOINT_EVENT_TYPES = Object.keys(ENDPOINT_EVENTS) as [EndpointEventType, ...EndpointEventType[]];

/** Sent when a person asks for it, whatever the endpoint is subscribed to. */
export const TEST_EVENT = "webhook.test";
export const WEBHOOK_EVENT_TYPES = [...ENDPOINT_EVENT_TYPES, TEST_EVENT] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** Grows when a field is taken away or changes its meaning. New fields may come within a version. */
export const PAYLOAD_VERSION = 1;

/** Of a text that a program had a say in: a message stays far below the 20 KB that Standard Webhooks recommends. */
const TEXT_CHARS = 2_000;

const instant = z.iso.datetime();

export const runEventSchema = z.strictObject({
  type: z.enum(RUN_EVENT_TYPES),
  version: z.literal(PAYLOAD_VERSION),
  /** When it happened; when it was sent stands in the header webhook-timestamp. */
  timestamp: instant,
  data: z.strictObject({
    workspaceId: z.string(),
    run: z.strictObject({
      id: z.string(),
      kind: z.enum(RUN_KINDS),
      state: z.enum(RUN_STATES),
      title: z.string(),
      lane: z.string(),
      priority: z.enum(PRIORITIES),
      retryOf: z.string().nullable(),
      createdAt: instant,
      startedAt: instant.nullable(),
      finishedAt: instant.nullable(),
      error: z.strictObject({ category: z.enum(ERROR_CATEGORIES), name: z.string(), message: z.string() }).nullable(),
      limitReached: z.enum(LIMIT_NAMES).nullable(),
    }),
  }),
});

export const budgetEventSchema = z.strictObject({
  type: z.literal(BUDGET_EVENT),
  version: z.literal(PAYLOAD_VERSION),
  timestamp: instant,
  data: z.strictObject({
    workspaceId: z.string(),
    budget: z.strictObject({
      id: z.string(),
      subject: subjectSchema,
      period: z.enum(["day", "month", "always"]),
      /** Of UTC: `2026-11-27` or `2026-11`; empty for the budget of a run, which has one period. */
      window: z.string(),
      percent: z.literal(WARN_AT),
      /** Millionths of a US dollar. */
      limitMicros: z.int(),
      spentMicros: z.int(),
    }),
  }),
});

export const testEventSchema = z.strictObject({
  type: z.literal(TEST_EVENT),
  version: z.literal(PAYLOAD_VERSION),
  timestamp: instant,
  data: z.strictObject({ workspaceId: z.string(), endpointId: z.string() }),
});

/** One message, before it is addressed to an endpoint. */
export interface WebhookMessage {
  /** The idempotency key: the header webhook-id of every delivery. */
  readonly id: string;
  readonly event: WebhookEventType;
  readonly runId: string | null;
  /** JSON, byte for byte as it is signed and sent. */
  readonly body: string;
}

const END_EVENTS: Record<TerminalState, RunEventType> = {
  succeeded: "run.succeeded",
  failed: "run.failed",
  cancelled: "run.cancelled",
  "timed-out": "run.timed_out",
};

/** What a message tells of a run. */
export type ToldRun = Pick<RunDetail, keyof z.output<typeof runEventSchema>["data"]["run"]>;

/** What has happened to a run since it was in the state `from`, in order; since ever, when that is null. */
export function runEventsAfter(
  run: Pick<ToldRun, "state" | "startedAt">,
  from: RunStateName | null,
): readonly RunEventType[] {
  if (from === run.state) return [];
  const queued: RunEventType[] = from === null ? ["run.queued"] : [];
  const started: RunEventType[] = run.startedAt === null || from === "running" ? [] : ["run.started"];
  const ended: RunEventType[] = isTerminal(run.state) ? [END_EVENTS[run.state]] : [];
  return [...queued, ...started, ...ended];
}

/** The message of an event that has happened. It tells the run as it was then, also when it is made later. */
export function runEventMessage(workspaceId: string, run: ToldRun, event: RunEventType): WebhookMessage {
  const isEnd = event !== "run.queued" && event !== "run.started";
  const state: RunStateName = isEnd ? run.state : event === "run.queued" ? "queued" : "running";
  const startedAt = event === "run.queued" ? null : run.startedAt;
  const finishedAt = isEnd ? run.finishedAt : null;
  const payload: z.output<typeof runEventSchema> = {
    type: event,
    version: PAYLOAD_VERSION,
    timestamp: finishedAt ?? startedAt ?? run.createdAt,
    data: {
      workspaceId,
      run: {
        id: run.id,
        kind: run.kind,
        state,
        title: run.title,
        lane: run.lane,
        priority: run.priority,
        retryOf: run.retryOf,
        createdAt: run.createdAt,
        startedAt,
        finishedAt,
        error: isEnd && run.error ? toldError(run.error) : null,
        limitReached: isEnd ? run.limitReached : null,
      },
    },
  };
  const id = `msg_${run.id.replace(/^run_/, "")}_${event.replace(/^run\./, "")}`;
  return { id, event, runId: run.id, body: JSON.stringify(payload) };
}

function toldError({ category, name, message }: NonNullable<ToldRun["error"]>) {
  return { category, name: name.slice(0, TEXT_CHARS), message: message.slice(0, TEXT_CHARS) };
}

/**
 * @param id of a message that was never sent before
 * @param now when so much was spent
 */
export function budgetWarningMessage(
  id: string,
  workspaceId: string,
  { cap, window, percent, spentMicros }: BudgetWarning,
  now: number,
): WebhookMessage {
  const payload: z.output<typeof budgetEventSchema> = {
    type: BUDGET_EVENT,
    version: PAYLOAD_VERSION,
    timestamp: toIso(now),
    data: { workspaceId, budget: { ...cap, window, percent, spentMicros } },
  };
  return { id, event: BUDGET_EVENT, runId: null, body: JSON.stringify(payload) };
}

/** @param id of a message that was never sent before */
export function testMessage(id: string, workspaceId: string, endpointId: string, timestamp: string): WebhookMessage {
  const payload: z.output<typeof testEventSchema> = {
    type: TEST_EVENT,
    version: PAYLOAD_VERSION,
    timestamp,
    data: { workspaceId, endpointId },
  };
  return { id, event: TEST_EVENT, runId: null, body: JSON.stringify(payload) };
}
