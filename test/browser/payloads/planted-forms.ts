/**
 * Sends payloads through forms, as a browser would, and reads every answer, and every page that shows what was kept, in
 * Chromium. Which field must show a text, and which must refuse it, is said by `form-fates.ts`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { RenderedField, RenderedForm } from "../../support/product/rendered-forms.ts";
import { FORM_FATES, type FormFate, type Sent } from "./form-fates.ts";
import { readInert } from "./inert-frames.ts";
import { ALL_PAYLOADS, payload, visible } from "./texts.ts";

/** What settings have room for, so many are sent before they are taken away again. */
const BATCH = 15;
/**
 * So many texts are tried in one field alone, the others with what they take. All others are tried in all fields that
 * people type into at once: each answer that is read shows what becomes of each. For a field that is forged these are all.
 */
export const ALONE_MOST = 100;
/** Of the pages that show what was kept, the first is visited as it is, with its scripts and its policy, and each such. */
const VISIT_EACH = 25;

const ATTEMPTS = 20;
const COME_AGAIN_MS = 50;

const TYPED = new Set(["text", "search", "email", "password", "textarea"]);
const UNSENT = new Set(["checkbox", "radio", "submit", "button", "file"]);

export interface Planting {
  readonly url: string;
  readonly count: number;
  /** Shows answers in frames. */
  readonly stage: Page;
  /** Visits pages as they are, signed in. */
  readonly visitor: Page;
  readonly cookie: string;
  /** Of somebody else, who may be led elsewhere by what they send. */
  readonly otherCookie: string;
}

/** Texts that went into fields so far, by form and field. */
export const planted = new Map<string, number>();

export async function ask(planting: Planting, cookie: string, path: string, fields?: Record<string, string>) {
  const init = fields ? { method: "POST", body: new URLSearchParams(fields) } : {};
  const headers = { origin: planting.url, cookie };
  const send = () => fetch(planting.url + path, { redirect: "manual", headers, ...init });
  let answer = await send();
  // Passwords are hashed a few at a time: more than can wait are asked to come again.
  for (let attempt = 1; answer.status === 503 && attempt < ATTEMPTS; attempt++) {
    await sleep(attempt * COME_AGAIN_MS);
    answer = await send();
  }
  const html = await answer.text();
  expect(answer.status, `${path} ${JSON.stringify(fields)} ${html}`).toBeLessThan(500);
  return { status: answer.status, html, location: answer.headers.get("location") ?? "" };
}

export async function visit({ visitor, url }: Planting, path: string): Promise<void> {
  await visitor.goto(url + path);
  expect(await visitor.evaluate("window.__hit"), path).toBeUndefined();
}

/** All fields of one form. */
export async function plantForm(planting: Planting, form: RenderedForm): Promise<void> {
  if (form.route.startsWith("GET ")) return plantQuery(planting, form);
  const fate = FORM_FATES[form.route] ?? {};
  const names = new Set(form.fields.map(({ name }) => name));
  const shown = Object.keys(fate.shown ?? {});
  for (const name of [...shown, ...Object.keys(fate.unseen ?? {})])
    expect(names.has(name) || OPTIONAL.has(name), `${form.route} has no field ${name}`).toBe(true);
  if (shown.length > 0) await plantShown(planting, form, fate);
  const others = form.fields.filter(({ type, name }) => !UNSENT.has(type) && !shown.includes(name));
  for (const field of others) await plantAlone(planting, form, fate, field);
  const typed = others.filter(({ type }) => TYPED.has(type));
  if (typed.length > 0) await plantTogether(planting, form, fate, typed);
}

/** Hidden fields that a form has with some links and filters only. */
const OPTIONAL = new Set(["invitation", "lane", "forkedFrom", "from"]);

const countOf = ({ count }: Planting, { most }: FormFate) => Math.min(count, most?.[0] ?? count);

function valuesOf({ fields }: RenderedForm, fate: FormFate, index: number): Record<string, string> {
  const rendered = fields.filter(({ type }) => !UNSENT.has(type)).map(({ name, value }) => [name, value]);
  return { ...Object.fromEntries(rendered), ...fate.base?.(index) };
}

/** The indices below `count`, in batches. */
function* batches(count: number, size = BATCH): Generator<readonly number[]> {
  for (let from = 0; from < count; from += size)
    yield Array.from({ length: Math.min(size, count - from) }, (_, offset) => from + offset);
}

let sentSoFar = 0;
/** Where a field's texts begin: each goes on where the one before ended, so that few for each are all of them together. */
let nextText = 0;

function textsFor(count: number): (index: number) => string {
  const from = nextText;
  nextText += count;
  return (index) => payload((from + index) % ALL_PAYLOADS);
}

interface Shown {
  readonly kept: readonly string[];
  /** Of the page; undefined where the answer itself shows it. */
  readonly path: string | undefined;
  readonly read: string;
}

/** All fields that people read at once, with another text in each. */
async function plantShown(planting: Planting, form: RenderedForm, fate: FormFate): Promise<void> {
  const { cookie, otherCookie, stage, url } = planting;
  const who = fate.isByOther ? otherCookie : cookie;
  const shown = Object.entries(fate.shown!);
  const isOpen = form.route === "POST /signup";
  const text = textsFor(countOf(planting, fate) + shown.length);
  for (const indices of batches(countOf(planting, fate), fate.isOneAtATime || fate.isByOther ? 1 : BATCH)) {
    const sent = await Promise.all(
      indices.map(async (index) => {
        const texts = shown.map(([name, as], offset) => [name, as(text(index + offset), index)] as const);
        const values = { ...valuesOf(form, fate, ++sentSoFar), ...Object.fromEntries(texts) };
        const answer = await ask(planting, isOpen ? "" : who, form.action, values);
        expect(answer.status, `${form.route} ${JSON.stringify(values)} ${answer.html}`).toBeLessThan(400);
        const one = {
          path: undefined as string | undefined,
          values,
          location: answer.location,
          html: answer.html,
          kept: texts.map(([, text]) => text),
        };
        const path = fate.seenOn?.(one);
        return path === undefined ? one : { ...one, path, html: (await ask(planting, who, path)).html };
      }),
    );
    const read = await readInert(
      stage,
      url,
      sent.map(({ html }) => html),
    );
    for (const [index, one] of sent.entries()) {
      if (isOpen) continue;
      const shownOn = { kept: one.kept, path: one.path, read: read[index]! };
      expect.soft(await missingOf(planting, who, shownOn), `shown by ${form.route}`).toEqual([]);
    }
    const path = fate.seenOn?.(sent.at(-1)!);
    if (path !== undefined && !fate.isByOther && indices[0]! % (BATCH * VISIT_EACH) === 0) await visit(planting, path);
    await undo(planting, who, fate, sent);
  }
  for (const [name] of shown) note(form, name, countOf(planting, fate));
}

/** Of what was kept, what its page does not show, by the time that a run has got so far. */
async function missingOf(planting: Planting, who: string, { kept, path, read }: Shown): Promise<readonly string[]> {
  const missingIn = (page: string) => kept.filter((text) => !visible(page).includes(visible(text)));
  let missing = missingIn(read);
  for (let attempt = 1; path !== undefined && missing.length > 0 && attempt < ATTEMPTS; attempt++) {
    await sleep(attempt * COME_AGAIN_MS);
    const { html } = await ask(planting, who, path);
    missing = missingIn((await readInert(planting.stage, planting.url, [html]))[0]!);
  }
  return missing;
}

async function undo(planting: Planting, cookie: string, fate: FormFate, sent: readonly Sent[]): Promise<void> {
  const forms = sent.flatMap((one) => fate.undo?.(one) ?? []);
  const once = new Map(forms.map((form) => [JSON.stringify(form), form]));
  for (const [path, fields] of once.values()) await ask(planting, cookie, path, fields);
}

/** One field with a payload, the others with what it takes: refused, unless it is said to be unseen. */
async function plantAlone(planting: Planting, form: RenderedForm, fate: FormFate, field: RenderedField): Promise<void> {
  const count = Math.min(countOf(planting, fate), ALONE_MOST);
  const text = textsFor(count);
  await plantRefused(planting, form, fate, {
    count,
    texts: (index) => ({ [field.name]: text(index) }),
    isUnseen: field.name in (fate.unseen ?? {}),
  });
  note(form, field.name, count);
}

/** As many payloads as are left to try, another one in each of these fields. Refused, unless all are said to be unseen. */
async function plantTogether(
  planting: Planting,
  form: RenderedForm,
  fate: FormFate,
  fields: readonly RenderedField[],
): Promise<void> {
  const count = countOf(planting, fate) - ALONE_MOST;
  if (count <= 0) return;
  const text = textsFor(count + fields.length);
  await plantRefused(planting, form, fate, {
    count,
    texts: (index) => Object.fromEntries(fields.map(({ name }, offset) => [name, text(index + offset)])),
    isUnseen: fields.every(({ name }) => name in (fate.unseen ?? {})),
  });
  for (const { name } of fields) note(form, name, countOf(planting, fate));
}

interface Attack {
  readonly count: number;
  readonly texts: (index: number) => Readonly<Record<string, string>>;
  readonly isUnseen: boolean;
}

async function plantRefused(
  planting: Planting,
  form: RenderedForm,
  fate: FormFate,
  { count, texts, isUnseen }: Attack,
): Promise<void> {
  const who = fate.isByOther ? planting.otherCookie : planting.cookie;
  const isOpen = /^POST \/(?:login|signup)$/.test(form.route);
  for (const indices of batches(count)) {
    const sent = await Promise.all(
      indices.map(async (index) => {
        const attack = texts(index);
        const values = { ...valuesOf(form, fate, ++sentSoFar), ...attack };
        const answer = await ask(planting, isOpen ? "" : who, form.action, values);
        return { ...answer, values, attack, isRefused: answer.status >= 400 };
      }),
    );
    await readInert(
      planting.stage,
      planting.url,
      sent.map(({ html }) => html),
    );
    const taken = sent.filter(({ isRefused }) => !isRefused);
    if (!isUnseen)
      expect
        .soft(
          taken.map(({ attack }) => attack),
          `taken by ${form.route}`,
        )
        .toEqual([]);
    const last = taken.at(-1);
    if (last?.location && !isOpen && indices[0]! % (BATCH * VISIT_EACH) === 0) await visit(planting, last.location);
    await undo(planting, who, fate, taken);
  }
}

/** Of a form that asks for a page: each field alone, as its query, and then all that are typed into. */
async function plantQuery(planting: Planting, form: RenderedForm): Promise<void> {
  const fields = form.fields.filter(({ type }) => !UNSENT.has(type));
  const alone = Math.min(countOf(planting, {}), ALONE_MOST);
  for (const field of fields) await plantQueryOf(planting, form, [field], alone);
  const typed = fields.filter(({ type }) => TYPED.has(type));
  if (typed.length > 0) await plantQueryOf(planting, form, typed, countOf(planting, {}) - alone);
  for (const { name, type } of fields) note(form, name, TYPED.has(type) ? countOf(planting, {}) : alone);
}

async function plantQueryOf(
  planting: Planting,
  form: RenderedForm,
  fields: readonly RenderedField[],
  count: number,
): Promise<void> {
  const text = textsFor(count + fields.length);
  const path = (index: number) =>
    `${form.action}?${new URLSearchParams(fields.map(({ name }, offset) => [name, text(index + offset)]))}`;
  for (const indices of batches(count)) {
    const answers = await Promise.all(indices.map((index) => ask(planting, planting.cookie, path(index))));
    await readInert(
      planting.stage,
      planting.url,
      answers.map(({ html }) => html),
    );
    if (indices[0]! % (BATCH * VISIT_EACH) === 0) await visit(planting, path(indices[0]!));
  }
}

function note({ route }: RenderedForm, name: string, count: number): void {
  planted.set(`${route} ${name}`, count);
}
