/**
 * The columns of the D1 database as drizzle sees them. The migrations own the tables, with their checks; a test compares
 * the two, so that neither can drift.
 */

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Role, Scope } from "../domain/access.ts";
import type { Actor } from "../domain/audit.ts";
import type { Evidence } from "../domain/evidence.ts";
import type {
  ExecutionOutcome,
  ExecutionProvider,
  ExecutionSourceKind,
  StoredFallback,
  StoredRetry,
} from "../domain/execution.ts";
import type { JsonValue, LimitName, ProgramError } from "../domain/guest-outcome.ts";
import type { HandPrice } from "../domain/hand-price.ts";
import type { EndpointAuthentication } from "../domain/inbound-endpoint.ts";
import type { Issue } from "../domain/issue.ts";
import type { Tracker } from "../domain/issue-news.ts";
import type { ItemFields, ItemKind } from "../domain/item.ts";
import type { ChangeCause } from "../domain/item-change.ts";
import type { Priority } from "../domain/lane.ts";
import type { Language } from "../domain/languages.ts";
import type { MeetingState } from "../domain/meeting.ts";
import type { PlaygroundMode } from "../domain/playground-modes.ts";
import type { Limits } from "../domain/program.ts";
import type { KeyedProvider, KeyVerdict } from "../domain/provider-key.ts";
import type { Repository } from "../domain/repository.ts";
import type { RunEvent, RunKind, RunStateName, RunUsage } from "../domain/run.ts";
import type { SnippetContent } from "../domain/snippet.ts";
import type { TranscriptFormat, Utterance } from "../domain/transcript.ts";
import type { DisabledReason, MessageState } from "../domain/webhook-endpoint.ts";
import type { EndpointEventType, WebhookEventType } from "../domain/webhook-events.ts";

export const workspaces = sqliteTable("workspaces", {
  id: text().primaryKey(),
  name: text().notNull(),
  isSample: integer("is_sample", { mode: "boolean" }).notNull(),
  createdAt: integer("created_at").notNull(),
});

export const users = sqliteTable("users", {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
  image: text(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull().default(0),
});

export const memberships = sqliteTable(
  "memberships",
  {
    workspaceId: text("workspace_id").notNull(),
    userId: text("user_id").notNull(),
    role: text().$type<Role>().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.userId] })],
);

export const invitations = sqliteTable("invitations", {
  id: text().primaryKey(),
  secretHash: text("secret_hash").notNull(),
  workspaceId: text("workspace_id").notNull(),
  email: text(),
  role: text().$type<Role>().notNull(),
  invitedBy: text("invited_by").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const signInLinks = sqliteTable("sign_in_links", {
  secretHash: text("secret_hash").primaryKey(),
  userId: text("user_id").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const sessions = sqliteTable("sessions", {
  secretHash: text("secret_hash").primaryKey(),
  id: text().notNull(),
  userId: text("user_id").notNull(),
  workspaceId: text("workspace_id"),
  userAgent: text("user_agent").notNull(),
  createdAt: integer("created_at").notNull(),
  lastSeenAt: integer("last_seen_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const apiTokens = sqliteTable("api_tokens", {
  id: text().primaryKey(),
  secretHash: text("secret_hash").notNull(),
  name: text().notNull(),
  workspaceId: text("workspace_id").notNull(),
  userId: text("user_id").notNull(),
  prefix: text().notNull(),
  scopes: text({ mode: "json" }).$type<readonly Scope[]>().notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at"),
  lastUsedAt: integer("last_used_at"),
  agent: text(),
});

export const auditEntries = sqliteTable(
  "audit_entries",
  {
    workspaceId: text("workspace_id").notNull(),
    seq: integer().notNull(),
    at: integer().notNull(),
    kind: text().notNull(),
    actorKind: text("actor_kind").$type<Actor["kind"]>().notNull(),
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name").notNull(),
    address: text().notNull(),
    target: text().notNull(),
    details: text().notNull(),
    previousHash: text("previous_hash").notNull(),
    hash: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.seq] })],
);

export const auditHeads = sqliteTable("audit_heads", {
  workspaceId: text("workspace_id").primaryKey(),
  seq: integer().notNull(),
  hash: text().notNull(),
});

export const runs = sqliteTable("runs", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  kind: text().$type<RunKind>().notNull(),
  state: text().$type<RunStateName>().notNull(),
  title: text().notNull(),
  language: text().$type<Language>(),
  entry: text(),
  lane: text().notNull(),
  priority: text().$type<Priority>().notNull(),
  createdBy: text("created_by").notNull(),
  retryOf: text("retry_of"),
  attempts: integer().notNull(),
  limits: text({ mode: "json" }).$type<Limits>(),
  issue: text({ mode: "json" }).$type<Issue>(),
  error: text({ mode: "json" }).$type<ProgramError>(),
  errorCategory: text("error_category"),
  limitReached: text("limit_reached").$type<LimitName>(),
  result: text({ mode: "json" }).$type<JsonValue>(),
  usage: text({ mode: "json" }).$type<RunUsage>(),
  lastSeq: integer("last_seq").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at"),
  startedAt: integer("started_at"),
  finishedAt: integer("finished_at"),
  version: integer().notNull(),
});

export type RunRow = typeof runs.$inferSelect;

export const runFiles = sqliteTable(
  "run_files",
  {
    runId: text("run_id").notNull(),
    name: text().notNull(),
    part: integer().notNull(),
    text: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.name, table.part] })],
);

export const runInputs = sqliteTable("run_inputs", {
  runId: text("run_id").primaryKey(),
  stdin: text().notNull(),
  args: text({ mode: "json" }).$type<readonly string[]>().notNull(),
});

export const runOutput = sqliteTable(
  "run_output",
  {
    runId: text("run_id").notNull(),
    firstSeq: integer("first_seq").notNull(),
    lastSeq: integer("last_seq").notNull(),
    events: text({ mode: "json" }).$type<readonly RunEvent[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.firstSeq] })],
);

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    principalId: text("principal_id").notNull(),
    key: text().notNull(),
    requestHash: text("request_hash").notNull(),
    runId: text("run_id").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.principalId, table.key] })],
);

export const shares = sqliteTable("shares", {
  slug: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  createdBy: text("created_by").notNull(),
  language: text().$type<PlaygroundMode>().notNull(),
  entry: text().notNull(),
  stdin: text().notNull(),
  args: text({ mode: "json" }).$type<readonly string[]>().notNull(),
  createdAt: integer("created_at").notNull(),
  forkedFrom: text("forked_from"),
});

export const shareFiles = sqliteTable(
  "share_files",
  {
    slug: text().notNull(),
    name: text().notNull(),
    part: integer().notNull(),
    text: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.slug, table.name, table.part] })],
);

export const previews = sqliteTable("previews", {
  secretHash: text("secret_hash").primaryKey(),
  userId: text("user_id").notNull(),
  entry: text().notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const previewFiles = sqliteTable(
  "preview_files",
  {
    secretHash: text("secret_hash").notNull(),
    name: text().notNull(),
    part: integer().notNull(),
    text: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.secretHash, table.name, table.part] })],
);

export const webhookEndpoints = sqliteTable("webhook_endpoints", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  url: text().notNull(),
  description: text().notNull(),
  events: text({ mode: "json" }).$type<readonly EndpointEventType[]>().notNull(),
  enabled: integer({ mode: "boolean" }).notNull(),
  disabledReason: text("disabled_reason").$type<DisabledReason>(),
  disabledAt: integer("disabled_at"),
  sealedSecret: text("sealed_secret").notNull(),
  sealedPreviousSecret: text("sealed_previous_secret"),
  previousSecretExpiresAt: integer("previous_secret_expires_at"),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
});

export type EndpointRow = typeof webhookEndpoints.$inferSelect;

export const webhookMessages = sqliteTable(
  "webhook_messages",
  {
    endpointId: text("endpoint_id").notNull(),
    id: text().notNull(),
    ordinal: integer().notNull(),
    event: text().$type<WebhookEventType>().notNull(),
    runId: text("run_id"),
    state: text().$type<MessageState>().notNull(),
    attempts: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    lastAttemptAt: integer("last_attempt_at"),
    nextAttemptAt: integer("next_attempt_at"),
    lastStatus: integer("last_status"),
    version: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.endpointId, table.id] })],
);

export type MessageRow = typeof webhookMessages.$inferSelect;

export const workspaceDataKeys = sqliteTable("workspace_data_keys", {
  workspaceId: text("workspace_id").primaryKey(),
  wrapped: text().notNull(),
  wrappedBy: text("wrapped_by").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const providerKeys = sqliteTable("provider_keys", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  name: text().notNull(),
  provider: text().$type<KeyedProvider>().notNull(),
  baseUrl: text("base_url").notNull(),
  model: text(),
  version: integer().notNull(),
  sealed: text(),
  hint: text().notNull(),
  sealedPrevious: text("sealed_previous"),
  previousHint: text("previous_hint"),
  previousExpiresAt: integer("previous_expires_at"),
  testedAt: integer("tested_at"),
  verdict: text().$type<KeyVerdict>(),
  chosenAt: integer("chosen_at").notNull(),
  lastUsedAt: integer("last_used_at"),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
  fallbackPosition: integer("fallback_position"),
  prices: text({ mode: "json" }).$type<readonly HandPrice[]>().notNull(),
});

export type ProviderKeyRow = typeof providerKeys.$inferSelect;

export const repositories = sqliteTable(
  "repositories",
  {
    workspaceId: text("workspace_id").notNull(),
    key: text().notNull(),
    remote: text().notNull(),
    settings: text({ mode: "json" }).$type<Repository>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.key] })],
);

export const repositoryProjects = sqliteTable(
  "repository_projects",
  {
    project: text().notNull(),
    workspaceId: text("workspace_id").notNull(),
    repositoryKey: text("repository_key").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.workspaceId, table.repositoryKey] })],
);

export const inboundEndpoints = sqliteTable("inbound_endpoints", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  tracker: text().$type<Tracker>().notNull(),
  repositoryKey: text("repository_key"),
  authentication: text().$type<EndpointAuthentication>().notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const inboundSecrets = sqliteTable("inbound_secrets", {
  id: text().primaryKey(),
  endpointId: text("endpoint_id").notNull(),
  sealed: text().notNull(),
  hint: text().notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at"),
});

export const executions = sqliteTable("executions", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  source: text().$type<ExecutionSourceKind>().notNull(),
  sourceId: text("source_id").notNull(),
  provider: text().$type<ExecutionProvider>().notNull(),
  model: text().notNull(),
  outcome: text().$type<ExecutionOutcome>().notNull(),
  reason: text(),
  message: text(),
  status: integer(),
  startedAt: integer("started_at").notNull(),
  endedAt: integer("ended_at"),
  latencyMs: integer("latency_ms"),
  firstTokenMs: integer("first_token_ms"),
  waitedMs: integer("waited_ms").notNull(),
  inputTokens: integer("input_tokens"),
  outputTokens: integer("output_tokens"),
  thinkingTokens: integer("thinking_tokens"),
  cacheReadTokens: integer("cache_read_tokens"),
  cacheWriteTokens: integer("cache_write_tokens"),
  isEstimated: integer("is_estimated", { mode: "boolean" }).notNull(),
  costMicros: integer("cost_micros"),
  price: text({ mode: "json" }).$type<unknown>(),
  retries: text({ mode: "json" }).$type<readonly StoredRetry[]>().notNull(),
  fallbacks: text({ mode: "json" }).$type<readonly StoredFallback[]>().notNull(),
});

export type ExecutionRow = typeof executions.$inferSelect;

export const executionTexts = sqliteTable("execution_texts", {
  executionId: text("execution_id").primaryKey(),
  prompt: text().notNull(),
  answer: text().notNull(),
  promptChars: integer("prompt_chars").notNull(),
  answerChars: integer("answer_chars").notNull(),
});

export const callSettings = sqliteTable("call_settings", {
  workspaceId: text("workspace_id").primaryKey(),
  textRetentionDays: integer("text_retention_days").notNull(),
});

export const meetings = sqliteTable("meetings", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  title: text().notNull(),
  heldAt: integer("held_at"),
  format: text().$type<TranscriptFormat>().notNull(),
  utterances: integer().notNull(),
  words: integer().notNull(),
  durationMs: integer("duration_ms"),
  speakers: text({ mode: "json" }).$type<readonly string[]>().notNull(),
  transcriptHash: text("transcript_hash").notNull(),
  state: text().$type<MeetingState>().notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export type MeetingRow = typeof meetings.$inferSelect;

export const meetingUtterances = sqliteTable(
  "meeting_utterances",
  {
    meetingId: text("meeting_id").notNull(),
    firstIndex: integer("first_index").notNull(),
    utterances: text({ mode: "json" }).$type<readonly Utterance[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.meetingId, table.firstIndex] })],
);

export const items = sqliteTable("items", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  kind: text().$type<ItemKind>().notNull(),
  version: integer().notNull(),
  fields: text({ mode: "json" }).$type<ItemFields>().notNull(),
  title: text().notNull(),
  status: text().notNull(),
  owner: text(),
  story: text(),
  evidence: text({ mode: "json" }).$type<Evidence>(),
  meetingId: text("meeting_id"),
  origin: text(),
  changeId: text("change_id").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export type ItemRow = typeof items.$inferSelect;

export const itemChanges = sqliteTable("item_changes", {
  id: text().primaryKey(),
  workspaceId: text("workspace_id").notNull(),
  itemId: text("item_id").notNull(),
  kind: text().$type<ItemKind>().notNull(),
  version: integer().notNull(),
  cause: text().$type<ChangeCause>().notNull(),
  madeBy: text("made_by").notNull(),
  runId: text("run_id"),
  line: integer(),
  evidence: text({ mode: "json" }).$type<Evidence>(),
  before: text({ mode: "json" }).$type<ItemFields>(),
  after: text({ mode: "json" }).$type<ItemFields>(),
  at: integer().notNull(),
});

export const snippets = sqliteTable(
  "snippets",
  {
    workspaceId: text("workspace_id").notNull(),
    name: text().notNull(),
    description: text().notNull(),
    language: text().$type<Language>().notNull(),
    latestVersion: integer("latest_version").notNull(),
    createdAt: integer("created_at").notNull(),
    changedAt: integer("changed_at").notNull(),
    lastRunId: text("last_run_id"),
    lastRunAt: integer("last_run_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.name] })],
);

export const snippetVersions = sqliteTable(
  "snippet_versions",
  {
    workspaceId: text("workspace_id").notNull(),
    name: text().notNull(),
    version: integer().notNull(),
    content: text({ mode: "json" }).$type<SnippetContent>().notNull(),
    note: text().notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.name, table.version] })],
);
