/** Failures as OpenAI's clients read them: everything under `/v1` answers so, whichever part of the edge refuses. */
import type { Failure } from "../domain/errors.ts";

export function speaksOpenAI(path: string): boolean {
  return /^\/v1(\/|$)/.test(path);
}

export interface OpenAIError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** @param code ours, from the table of errors, or OpenAI's own where its clients look for it */
export function openaiError(status: number, code: string, message: string, param: string | null = null): OpenAIError {
  return { error: { message, type: typeOf(status), param, code } };
}

export function openaiErrorOf(status: number, { code, detail, errors = [] }: Failure): OpenAIError {
  return openaiError(status, code.replaceAll("-", "_"), detail, errors[0]?.path || null);
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
