/**
 * Outgoing webhooks in D1: the endpoints, and the messages as their sender objects carry them here.
 * Reads for people and machines are bound to a workspace: a foreign id and an absent one look the same.
 */
import { and, asc, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import type { DisabledReason, MessageSummary, WebhookEndpoint } from "../domain/webhook-endpoint.ts";
import type { EndpointEventType } from "../domain/webhook-events.ts";
import type { Database } from "./database.ts";
import { FixedStatement } from "./fixed-statement.ts";
import { type EndpointRow, type MessageRow, webhookEndpoints, webhookMessages } from "./schema.ts";

/** Inserts the endpoint unless the workspace has `most` already; answers whether it did. */
export async function insertEndpoint(db: Database, row: EndpointRow, most: number): Promise<boolean> {
  const others = db
    .select({ count: sql<number>`count(*)` })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.workspaceId, row.workspaceId));
  // Counted and deleted again in one transaction, so that two requests at once cannot both be the last one.
  const [, counted] = await db.batch([db.insert(webhookEndpoints).values(row), others]);
  if ((counted[0]?.count ?? 0) <= most) return true;
  await deleteEndpoint(db, row.workspaceId, row.id);
  return false;
}

/** An endpoint with its secrets, for whoever sends to it; null when it was deleted. */
export async function loadEndpoint(db: Database, id: string): Promise<EndpointRow | null> {
  return (await db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id)).get()) ?? null;
}

/** An endpoint that is to be told of these events of its workspace. */
export interface Subscriber {
  readonly id: string;
  readonly events: readonly EndpointEventType[];
}

/** As the database's own client answers it: the events are JSON. */
export type SubscriberRow = { readonly id: string; readonly events: string };

const SELECT_SUBSCRIBERS = new FixedStatement<{ readonly workspaceId: string }>((db) =>
  db
    .select({ id: webhookEndpoints.id, events: webhookEndpoints.events })
    .from(webhookEndpoints)
    .where(
      and(eq(webhookEndpoints.workspaceId, sql.placeholder("workspaceId")), eq(webhookEndpoints.enabled, sql.raw("1"))),
    ),
);

/** Who is to be told of what in a workspace: asked for in one call with what a run writes. */
export function subscribersOf(db: Database, workspaceId: string): D1PreparedStatement {
  return SELECT_SUBSCRIBERS.bind(db, { workspaceId });
}

export function toSubscribers(rows: readonly SubscriberRow[]): readonly Subscriber[] {
  return rows.map(({ id, events }) => ({ id, events: JSON.parse(events) }));
}

export async function listEndpoints(db: Database, workspaceId: string, now: number): Promise<WebhookEndpoint[]> {
  const rows = await selectEndpoints(db, workspaceId, null);
  return rows.map((row) => toEndpoint(row, now));
}

export async function findEndpoint(
  db: Database,
  workspaceId: string,
  id: string,
  now: number,
): Promise<WebhookEndpoint | null> {
  const [row] = await selectEndpoints(db, workspaceId, id);
  return row ? toEndpoint(row, now) : null;
}

type EndpointChange = Partial<Omit<EndpointRow, "id" | "workspaceId" | "createdBy" | "createdAt">>;

export async function updateEndpoint(
  db: Database,
  workspaceId: string,
  id: string,
  change: EndpointChange,
): Promise<void> {
  await db
    .update(webhookEndpoints)
    .set(change)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.workspaceId, workspaceId)));
}

/** Disables an endpoint that is enabled; one that a person has disabled keeps its reason. */
export async function disableEndpoint(db: Database, id: string, reason: DisabledReason, now: number): Promise<void> {
  await db
    .update(webhookEndpoints)
    .set({ enabled: false, disabledReason: reason, disabledAt: now })
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.enabled, true)));
}

/** Its messages go with it. */
export async function deleteEndpoint(db: Database, workspaceId: string, id: string): Promise<void> {
  await db
    .delete(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.workspaceId, workspaceId)));
}

/** Newest first; `before` is the ordinal that the previous page ended with. The caller has checked the endpoint. */
export async function listMessages(
  db: Database,
  endpointId: string,
  page: { before: number | null; limit: number },
): Promise<{ messages: MessageSummary[]; nextBefore: number | null }> {
  const rows = await db
    .select()
    .from(webhookMessages)
    .where(
      and(
        eq(webhookMessages.endpointId, endpointId),
        page.before === null ? undefined : lt(webhookMessages.ordinal, page.before),
      ),
    )
    .orderBy(desc(webhookMessages.ordinal))
    .limit(page.limit + 1);
  const shown = rows.slice(0, page.limit);
  return { messages: shown.map(toMessageSummary), nextBefore: rows.length > page.limit ? shown.at(-1)!.ordinal : null };
}

/**
 * Writes versions of messages. Repeats and late versions change nothing, and neither do those of an endpoint that is gone.
 */
export async function projectMessages(db: Database, rows: readonly MessageRow[]): Promise<void> {
  const taken = (column: string) => sql.raw(`excluded.${column}`);
  const upserts = rows.map((row) =>
    db
      .insert(webhookMessages)
      .values(row)
      .onConflictDoUpdate({
        target: [webhookMessages.endpointId, webhookMessages.id],
        set: {
          state: taken("state"),
          attempts: taken("attempts"),
          lastAttemptAt: taken("last_attempt_at"),
          nextAttemptAt: taken("next_attempt_at"),
          lastStatus: taken("last_status"),
          version: taken("version"),
        },
        setWhere: sql`excluded.version > ${webhookMessages.version}`,
      }),
  );
  if (upserts.length > 0) await db.batch(upserts as [(typeof upserts)[number]]);
}

export async function deleteMessages(db: Database, endpointId: string, ids: readonly string[]): Promise<void> {
  await db
    .delete(webhookMessages)
    .where(and(eq(webhookMessages.endpointId, endpointId), inArray(webhookMessages.id, [...ids])));
}

export function toMessageSummary(row: MessageRow): MessageSummary {
  const { id, event, runId, state, attempts, lastStatus } = row;
  return {
    ...{ id, event, runId, state, attempts, lastStatus },
    createdAt: toIso(row.createdAt),
    lastAttemptAt: toIsoOrNull(row.lastAttemptAt),
    nextAttemptAt: toIsoOrNull(row.nextAttemptAt),
  };
}

function selectEndpoints(db: Database, workspaceId: string, id: string | null) {
  const newest = sql`${webhookMessages.ordinal} = (SELECT max(ordinal) FROM webhook_messages WHERE endpoint_id = ${webhookEndpoints.id})`;
  return db
    .select()
    .from(webhookEndpoints)
    .leftJoin(webhookMessages, and(eq(webhookMessages.endpointId, webhookEndpoints.id), newest))
    .where(and(eq(webhookEndpoints.workspaceId, workspaceId), id === null ? undefined : eq(webhookEndpoints.id, id)))
    .orderBy(asc(webhookEndpoints.id));
}

type JoinedRow = Awaited<ReturnType<typeof selectEndpoints>>[number];

/** Never with a secret. */
function toEndpoint({ webhook_endpoints: row, webhook_messages: last }: JoinedRow, now: number): WebhookEndpoint {
  const { id, url, description, events, enabled, disabledReason, disabledAt, previousSecretExpiresAt } = row;
  const isRotating = previousSecretExpiresAt !== null && previousSecretExpiresAt > now;
  return {
    ...{ id, url, description, enabled },
    events: [...events],
    disabled: disabledReason === null ? null : { reason: disabledReason, at: toIso(disabledAt!) },
    createdAt: toIso(row.createdAt),
    previousSecretExpiresAt: isRotating ? toIso(previousSecretExpiresAt) : null,
    lastMessage: last === null ? null : toMessageSummary(last),
  };
}
