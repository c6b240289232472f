/**
 * The vocabulary of the log: every field that a line may have, and of what kind it is. A kind decides which values are
 * shown at all, so that no field can hold a sentence, a program, its output, or a secret. Pure.
 */
import { redact } from "./log-redaction.ts";

/** Longest text of an error; a stack that is longer says nothing more. */
const ERROR_CHARS = 4_000;

/** What stands in the place of a value that is not of its field's kind. */
export const NOT_SHOWN = "[not shown]";

const text =
  (pattern: RegExp, shown: (value: string) => string = redact) =>
  (value: unknown) =>
    typeof value === "string" && pattern.test(value) ? shown(value) : NOT_SHOWN;

/** How a value of each kind is shown. */
const KINDS = {
  /** A prefix and what makes it unique. */
  id: text(/^[a-z]{2,8}_[\w-]{1,64}$/),
  /** One of a small set of names that are ours. */
  word: text(/^[A-Za-z][A-Za-z0-9-]{0,39}$/),
  /** A name that somebody gave, without spaces. */
  name: text(/^[\w:./#@-]{1,200}$/),
  /** The pattern of a route, never the address that was asked for. */
  route: text(/^\/[/\w:.*{}[\]|?+-]{0,120}$/, String),
  /** SHA-256 of what is no secret, in hexadecimal. */
  digest: text(/^[0-9a-f]{64}$/, String),
  number: (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : NOT_SHOWN),
  error: (value: unknown) => redact(describe(value).slice(0, ERROR_CHARS)),
} as const satisfies Record<string, (value: unknown) => string | number>;

type Kind = keyof typeof KINDS;

const field = <K extends Kind>(kind: K, meaning: string) => ({ kind, meaning });

export const LOG_FIELDS = {
  requestId: field("id", "the request; the problem that it was answered with names it, too"),
  method: field("word", "its method"),
  route: field("route", "the pattern of the route that answered it"),
  status: field("number", "the status of the answer"),
  durationMs: field("number", "how long it took"),
  workspaceId: field("id", "the workspace"),
  runId: field("id", "the run"),
  issueKey: field("name", "the issue that the run is about"),
  lane: field("name", "the lane"),
  state: field("word", "the run's state"),
  step: field("word", "the step that it is in"),
  attempt: field("number", "the attempt, from 1; 0 before the first"),
  endpointId: field("id", "the endpoint that a delivery came to or goes to"),
  deliveryId: field("id", "the delivery that came in"),
  messageId: field("id", "the message that goes out"),
  code: field("word", "the code of a problem, or the limit that was reached"),
  provider: field("word", "the provider of models"),
  auditKind: field("name", "what an entry of the audit log tells of"),
  auditSeq: field("number", "its number in the workspace's chain"),
  auditHash: field("digest", "its hash: `npm run audit:verify` takes it as where the chain was known to end"),
  error: field("error", "what was thrown, with its stack"),
} as const;

export type LogFieldName = keyof typeof LOG_FIELDS;

type ValueOf<K extends Kind> = K extends "number" ? number : K extends "error" ? unknown : string;

export type LogFields = {
  readonly [Name in LogFieldName]?: ValueOf<(typeof LOG_FIELDS)[Name]["kind"]> | undefined;
};

/** The fields as they are shown, in the order of the vocabulary. What the vocabulary does not know is left out. */
export function shownFields(fields: LogFields): [LogFieldName, string | number][] {
  return (Object.keys(LOG_FIELDS) as LogFieldName[]).flatMap((name) => {
    const value = fields[name];
    return value === undefined ? [] : [[name, KINDS[LOG_FIELDS[name].kind](value)]];
  });
}

/**
 * What really went wrong. An error of the query builder repeats its parameters, which may be a program or its input: its
 * cause says the same without them.
 */
export function faultOf(error: unknown): unknown {
  return error instanceof Error && "params" in error ? (error.cause ?? error.name) : error;
}

function describe(error: unknown): string {
  const fault = faultOf(error);
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
