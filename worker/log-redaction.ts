/**
 * The last line of defence of the log: takes what has the shape of a secret out of a text that nobody could check before,
 * such as an error of the platform. It is no licence to log anything: fields hold no free text (log-fields.ts). Pure.
 */
import { REDACTED } from "./domain/secret.ts";

/** Shapes of secrets, most telling first. A group named `kept` stays: it says what kind of secret stood there. */
const SHAPES: readonly RegExp[] = [
  // Keys in PEM, whole or cut off at their end.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Authorization, cookies and keys as headers write them, and as an object with them is printed.
  /(?<kept>\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token)\s+)?)[^\s"',;]+/gi,
  /(?<kept>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  /(?<kept>\b(?:set-)?cookie["']?\s*[:=]\s*["']?)[^"'\n]+/gi,
  /(?<kept>\b\w*_session=)[^\s"',;]+/g,
  // Anything that calls itself a secret: in a query, in a form, in JSON.
  /(?<kept>["']?\b[\w-]*(?:secret|password|passwd|api[_-]?key|access[_-]?token|private[_-]?key|token|signature)["']?\s*[:=]\s*["']?)[^\s"'&,;)}]{4,}/gi,
  // A name and a password in an address.
  /(?<kept>\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi,
  // Our own sign-in links, invitations and previews.
  /(?<kept>\/(?:sign-in|invite|previews)\/)[^\s"'?#/]+/g,
  // Keys that name their kind: ours, Standard Webhooks', providers', GitHub's, GitLab's, Slack's, AWS's, Google's, npm's.
  /(?<kept>\b(?:ry_|whsec_|sk-|sk_live_|sk_test_|rk_live_|gh[opsur]_|github_pat_|glpat-|xox[abprs]-|npm_|ATATT))[\w.=+/-]{6,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  // A JSON Web Token.
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  // Random bytes in hexadecimal, as our sessions and link secrets are; ids have 32 digits.
  /\b[0-9a-f]{40,}\b/gi,
];

export function redact(text: string): string {
  return SHAPES.reduce((rest, shape) => rest.replace(shape, replacement), text);
}

function replacement(...match: unknown[]): string {
  const groups = match.at(-1);
  const kept = typeof groups === "object" && groups !== null ? (groups as { kept?: string }).kept : undefined;
  return (kept ?? "") + REDACTED;
}
