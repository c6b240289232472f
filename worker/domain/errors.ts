/**
 * The one table of what can go wrong, from a code to what the wire says about it.
 * A code is part of the API: it never changes its meaning. Details that only a log may hold stay out of here.
 */

interface ErrorRow {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 426 | 429 | 500 | 503;
  /** Whether the same request can succeed later without a change. */
  readonly retryable: boolean;
  /** A sentence for people; the `title` of the problem. */
  readonly title: string;
}

export const ERRORS = {
  "malformed-json": { status: 400, retryable: false, title: "The body is not valid JSON." },
  "bad-cursor": { status: 400, retryable: false, title: "The cursor is not one that this list gave out." },
  unauthenticated: { status: 401, retryable: false, title: "Sign in, or send a valid bearer token." },
  "bad-signature": {
    status: 401,
    retryable: false,
    title: "There is no such endpoint, or the delivery does not carry its secret.",
  },
  "bad-origin": { status: 403, retryable: false, title: "The request came from a page of another origin." },
  forbidden: { status: 403, retryable: false, title: "Your role, or the token's scopes, do not allow this." },
  "not-found": { status: 404, retryable: false, title: "There is nothing here by that name." },
  "model-not-found": { status: 404, retryable: false, title: "The workspace has no model of this name." },
  "method-not-allowed": { status: 405, retryable: false, title: "This address takes another method." },
  "repository-exists": { status: 409, retryable: false, title: "The workspace has this repository already." },
  "snippet-exists": { status: 409, retryable: false, title: "The workspace has a snippet of this name already." },
  "delivery-conflict": {
    status: 409,
    retryable: false,
    title: "A delivery with this id and another body was received before.",
  },
  "last-workspace": { status: 409, retryable: false, title: "A person needs a workspace to be in." },
  "workspace-busy": { status: 409, retryable: false, title: "Runs of the workspace have not ended yet." },
  "last-owner": { status: 409, retryable: false, title: "A workspace needs an owner." },
  "run-finished": { status: 409, retryable: false, title: "The run has already ended." },
  "run-active": { status: 409, retryable: true, title: "The run has not ended yet." },
  "too-many-endpoints": { status: 409, retryable: false, title: "The workspace has as many endpoints as it may have." },
  "too-many-people": { status: 409, retryable: false, title: "There are as many as there may be." },
  "too-many-tokens": { status: 409, retryable: false, title: "There are as many tokens as there may be." },
  "too-many-keys": { status: 409, retryable: false, title: "The workspace has as many provider keys as it may have." },
  "too-many-snippets": { status: 409, retryable: false, title: "The workspace has as many snippets as it may have." },
  "too-many-schedules": { status: 409, retryable: false, title: "The workspace has as many schedules as it may have." },
  "too-many-budgets": { status: 409, retryable: false, title: "The workspace has as many budgets as it may have." },
  "endpoint-disabled": { status: 409, retryable: false, title: "Nothing is sent to an endpoint that is disabled." },
  "message-on-its-way": { status: 409, retryable: true, title: "The message is being sent right now." },
  "item-changed": { status: 409, retryable: false, title: "The item was changed meanwhile." },
  "story-exists": { status: 409, retryable: false, title: "Another story has this key." },
  "effect-settled": { status: 409, retryable: false, title: "What was written cannot be decided again." },
  "sheet-superseded": { status: 409, retryable: false, title: "Another run has taken this one's place." },
  "nothing-to-do": { status: 409, retryable: false, title: "There is nothing that this could be done to." },
  "too-many-meetings": { status: 409, retryable: false, title: "The workspace has as many meetings as it may have." },
  "not-waiting": { status: 409, retryable: false, title: "The run does not wait in its lane." },
  "not-replayable": { status: 409, retryable: false, title: "The run cannot be replayed." },
  "payload-too-large": { status: 413, retryable: false, title: "The body is larger than this address accepts." },
  "unsupported-media-type": { status: 415, retryable: false, title: "The body's media type is not accepted here." },
  "invalid-request": { status: 422, retryable: false, title: "The request has fields that are not valid." },
  "unreadable-transcript": { status: 422, retryable: false, title: "The transcript could not be read." },
  "idempotency-key-reused": {
    status: 422,
    retryable: false,
    title: "This Idempotency-Key was used before with another request.",
  },
  "upgrade-required": { status: 426, retryable: false, title: "This address speaks WebSocket only." },
  "lane-full": { status: 429, retryable: true, title: "Too many runs wait in this lane." },
  "too-many-requests": { status: 429, retryable: true, title: "That was too often for now." },
  "too-many-sockets": { status: 429, retryable: true, title: "Too many clients watch this run." },
  internal: { status: 500, retryable: true, title: "Something went wrong on our side." },
  "not-configured": {
    status: 503,
    retryable: false,
    title: "The operator of this server has not set up what this needs.",
  },
  unavailable: { status: 503, retryable: true, title: "A part of the service cannot be reached right now." },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** One field that is wrong: `path` in dots from the body's root, empty for the body itself. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** An expected failure, as data. It crosses object boundaries as it is: compare `code`. */
export interface Failure {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** When to come again, where that is known. */
  readonly retryAfterSeconds?: number;
}

export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

export function succeed<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(code: ErrorCode, detail: string, errors?: readonly FieldError[]): Failure {
  return errors ? { ok: false, code, detail, errors } : { ok: false, code, detail };
}
