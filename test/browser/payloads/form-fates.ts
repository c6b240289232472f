/**
 * What becomes of a text in each field of each form of the console. A field that is in no list here must refuse every
 * payload; one that is `shown` must take it and show it; so a field that is added, and does either unseen, fails the test.
 */

import { canaryKey } from "../../support/canary.ts";
import { oneLine } from "./texts.ts";

/** What a form was sent, and what it said. */
export interface Sent {
  readonly values: Readonly<Record<string, string>>;
  readonly location: string;
  readonly html: string;
}

export interface FormFate {
  /** Values that it takes, beside those that it was rendered with. `index` is different for each. */
  readonly base?: (index: number) => Readonly<Record<string, string>>;
  /** Kept and read by people, each as far as its length and its kind allow. */
  readonly shown?: Readonly<Record<string, (text: string, index: number) => string>>;
  /** Taken or not, and not shown, for the reason that stands with it. */
  readonly unseen?: Readonly<Record<string, string>>;
  /** The page that shows what was sent; the answer itself without one. */
  readonly seenOn?: (sent: Sent) => string;
  /** What makes room again: forms and their fields. */
  readonly undo?: (sent: Sent) => readonly (readonly [string, Record<string, string>])[];
  /** Sent by somebody who has just signed up, one at a time: it takes them elsewhere, or its undoing ends all tokens. */
  readonly isByOther?: boolean;
  /** Its next text replaces the one before. */
  readonly isOneAtATime?: boolean;
  /** So often at most, for the reason that stands with it. */
  readonly most?: readonly [number, string];
}

const short = (chars: number) => (text: string) => oneLine(text).slice(0, chars).trim() || "x";
/** No list may name one twice, whatever case it has. */
const numbered = (chars: number) => (text: string, index: number) => `${index} ${short(chars)(text)}`;
const compact = (chars: number) => (text: string) => text.replace(/[^\x21-\x7e]/g, "").slice(0, chars);

/** What git takes for a branch: it minds some characters, and no markup. */
const branch = (text: string) => `b${compact(100)(text).replace(/[~^:?*[\\]|\.(?=\.)|@(?=\{)|\/(?=[/.])/g, "")}b`;

const unescaped = (html: string) =>
  html
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

const all = (pattern: RegExp, html: string) => [...html.matchAll(pattern)].map(([, found]) => unescaped(found!));
const located = ({ location }: Sent) => location;

const REPOSITORY_TEXTS = {
  defaultBranch: branch,
  branchTemplate: (text: string) => `{key}${branch(text)}`,
  name: short(60),
  takeLabels: short(60),
  "jira.components": short(60),
  "jira.labels": short(60),
  "commands.install": short(200),
  "commands.build": short(200),
  "commands.test": short(200),
};
const REPOSITORY = {
  ...{ gitUrl: "https://example.com/other.git", defaultBranch: "main", branchTemplate: "x/{key}", testMode: "quick" },
  ...{ verification: "auto", name: "P", takeLabels: "x", priorityRules: "" },
};
const ADDRESS = "http://127.0.0.1:9/v1";
const KEY = { name: "k", provider: "openai-compatible", baseUrl: ADDRESS, model: "m", key: canaryKey("field") };
const SECRET = "a secret, which is never shown";
const PROGRAM = { language: "javascript", code: "1", stdin: "", args: "", forkedFrom: "", entry: "" };
const PROGRAM_TEXTS = { code: (text: string) => `// ${oneLine(text)}`, stdin: oneLine, args: oneLine };
const FILE_NAME = "names a file: some name one";
const NO_ORIGIN = "names nothing that a program was made from, and is left out";
const NO_SNIPPET = "which snippet it was opened from: what it names none of is left out";
const CHOICE = "one of some: anything else counts as the first";
const LIST = "which list to go back to: what it names none of is left out";

const STORY = { key: "", title: "t", description: "", status: "todo", points: "", assigned_to: "" };
const STORY_TEXTS = { title: short(290), description: oneLine, assigned_to: short(110) };

export const FORM_FATES: Readonly<Record<string, FormFate>> = {
  "POST /login": { base: () => ({ email: "nobody@example.com", password: "wrong-password" }) },
  "POST /signup": {
    base: (index) => ({ name: "Cara", email: `cara${index}@example.com`, password: "correct-horse-battery" }),
    shown: { name: short(80) },
    unseen: { password: SECRET, invitation: "opens nothing, and is not shown" },
    most: [100, "each makes an account: scrypt takes a tenth of a second"],
  },
  "POST /queue/cancellations": { unseen: { runIds: "runs that are not there are told so", lane: LIST } },
  "POST /runs/:id/steering": { unseen: { from: LIST, lane: LIST, position: LIST, priority: LIST } },
  "POST /runs/cancellations": { unseen: { filter: LIST } },
  "POST /runs/retries": { unseen: { filter: LIST } },
  "POST /playground/runs": {
    base: () => PROGRAM,
    shown: PROGRAM_TEXTS,
    unseen: { forkedFrom: NO_ORIGIN, entry: FILE_NAME, snippet: NO_SNIPPET },
    seenOn: ({ location }) => location.replace("/runs/", "/playground?run="),
  },
  "POST /playground/shares": {
    base: () => PROGRAM,
    shown: PROGRAM_TEXTS,
    unseen: { forkedFrom: NO_ORIGIN, entry: FILE_NAME, snippet: NO_SNIPPET },
    seenOn: located,
  },
  "POST /stories": {
    base: () => STORY,
    shown: STORY_TEXTS,
    unseen: { kind: "one of four; anything else makes a story" },
    seenOn: located,
  },
  // Late, and so refused: what it would take is what makes one.
  "POST /stories/:id": { base: () => ({ version: "999" }) },
  "POST /runs/:id/effects": { unseen: { seen: "names effects and letters: anything else is left out" } },
  "POST /runs/:id/effects/:effect": { base: () => STORY, shown: STORY_TEXTS, isOneAtATime: true },
  "POST /runs/:id/forks": {
    unseen: { code: "becomes a run of its own, which shows it as any program", answer: "as code" },
  },
  "POST /meetings": {
    base: (index) => ({ title: "m", heldAt: "", transcript: `Ana: ${index} is what we ship on Friday.` }),
    shown: { title: short(190) },
    unseen: { transcript: "read by rules of its own: what it is shown as has tests of its own" },
    seenOn: located,
    undo: (sent) => [[`${new URL(sent.location, "http://x").pathname}/deletion`, {}]],
  },
  "POST /meetings/:id/runs": {
    base: () => ({ version: "v2", mode: "review", reviewByModel: "on", model: "", reviewModel: "" }),
  },
  "POST /settings/meetings": { base: () => ({ v2Percent: "100", fallback: "on" }) },
  "POST /snippets/:name/versions": {
    unseen: {
      ...{ code: "read by people in an editor, as any program", description: "shown where snippets are listed" },
      ...{ entry: FILE_NAME, language: CHOICE, limits: CHOICE, mode: CHOICE, note: "shown beside its version" },
      ...{ "parameter-0-options": "of a parameter without a name: left out", "parameter-0-type": CHOICE },
      ...{ "parameter-1-options": "of a parameter without a name: left out", "parameter-1-type": CHOICE },
    },
  },
  "POST /repos": {
    base: (index) => ({ ...REPOSITORY, key: `made${index}`, gitUrl: `https://example.com/made${index}.git` }),
    shown: REPOSITORY_TEXTS,
    seenOn: located,
    undo: ({ values }) => [[`/repos/${values["key"]}/deletion`, { confirm: values["key"]! }]],
  },
  "POST /repos/:key": { base: () => REPOSITORY, shown: REPOSITORY_TEXTS, isOneAtATime: true, seenOn: located },
  "POST /settings/tokens": {
    base: () => ({ name: "t", scopes: "runs:read", days: "7" }),
    shown: { name: numbered(60), agent: (text, index) => `${index}${compact(90)(text)}` },
    undo: ({ html }) => all(/action="(\/settings\/tokens\/[^"]+\/revocation)"/g, html).map((path) => [path, {}]),
    isByOther: true,
  },
  "POST /settings/workspaces/:id/name": {
    base: () => ({ "new-name": "w" }),
    shown: { "new-name": numbered(60) },
    isOneAtATime: true,
    seenOn: () => "/settings/workspaces",
  },
  "POST /settings/workspaces": {
    base: () => ({ name: "w" }),
    shown: { name: numbered(60) },
    seenOn: () => "/settings/workspaces",
    undo: ({ html, values }) =>
      all(/action="(\/settings\/workspaces\/[^"/]+\/deletion)"/g, html).map((path) => [
        path,
        { confirm: values["name"]! },
      ]),
    isByOther: true,
  },
  "POST /settings/keys": {
    base: () => KEY,
    shown: { name: short(60), model: compact(100) },
    unseen: { key: SECRET },
    seenOn: located,
    undo: ({ location, values }) => [[`${location}/deletion`, { name: values["name"]! }]],
  },
  "POST /settings/keys/tests": { base: () => KEY, unseen: { name: "not asked for", key: SECRET, model: "not shown" } },
  "POST /settings/keys/:id/changes": {
    base: () => KEY,
    shown: { name: short(60), model: compact(100) },
    isOneAtATime: true,
    seenOn: located,
    undo: ({ location }) => [[`${location}/changes`, { name: "two", baseUrl: ADDRESS, model: "m" }]],
  },
  "POST /settings/keys/:id/prices": {
    base: () => ({ "prices.0.model": "m", "prices.0.input": "1", "prices.0.output": "2", "prices.0.cachedInput": "" }),
    shown: { "prices.0.model": (text) => `m${compact(100)(text)}` },
    isOneAtATime: true,
    seenOn: located,
    undo: ({ location }) => [[`${location}/prices`, {}]],
  },
  "POST /settings/keys/:id/rotations": { base: () => ({ key: canaryKey("field") }), unseen: { key: SECRET } },
  "POST /settings/budgets": {
    base: (index) => ({ kind: "agent", id: `a${index}`, period: "day", limit: "1" }),
    shown: { id: (text, index) => `${index}${compact(90)(text)}` },
    seenOn: located,
    undo: ({ html }) =>
      all(/name="budget" value="([^"]*)"/g, html).map((budget) => ["/settings/budgets/deletions", { budget }]),
  },
  "POST /settings/webhooks": {
    base: () => ({ url: "https://example.com/x", description: "d", events: "run.failed" }),
    shown: { description: short(190) },
    undo: ({ html }) =>
      all(/action="(\/settings\/webhooks\/[^"/]+\/deletion)"/g, html).map((path) => [path, { host: "example.com" }]),
  },
  "POST /settings/webhooks/:id/changes": {
    base: () => ({ url: "https://example.com/x", description: "d", events: "run.failed" }),
    shown: { description: short(190) },
    isOneAtATime: true,
    seenOn: located,
  },
};
