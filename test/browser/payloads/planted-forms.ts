/**
 * Sends payloads through forms, as a browser would, and reads every answer, and every page that shows what was kept, in
 * Chromium. Which field must show a text, and which must refuse it, is said by `form-fates.ts`.
 */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { RenderedField, RenderedForm } from "../../support/product/rendered-forms.ts";
import { FORM_FATES, type FormFate, type Sent } from "./form-fates.ts";
import { readInert } from "./inert-frames.ts";
import { ALL_PAYLOADS, payload, visible } from "./texts.ts";

/** What settings have room for, so many are sent before they are taken away again. */
const BATCH = 20;
/** A field that nobody types into is forged alone: fewer show what all would. */
const FORGED_MOST = 100;
/** Of the pages that show what was kept, the first is visited as it is, with its scripts and its policy, and each such. */
const VISIT_EACH = 25;

const ATTEMPTS = 20;

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
  for (let attempt = 1; answer.status === 503 && attempt < ATTEMPTS; attempt++) answer = await send();
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
  for (const field of form.fields) {
    if (UNSENT.has(field.type) || shown.includes(field.name)) continue;
    await plantAlone(planting, form, fate, field);
  }
}

/** Hidden fields that a form has with some links and filters only. */
const OPTIONAL = new Set(["invitation", "lane", "forkedFrom", "from"]);

const countOf = ({ count }: Planting, { most }: FormFate, type: string) =>
  Math.min(count, most?.[0] ?? count, TYPED.has(type) ? count : FORGED_MOST);

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

/** All fields that people read at once, with another text in each. */
async function plantShown(planting: Planting, form: RenderedForm, fate: FormFate): Promise<void> {
  const { cookie, otherCookie, stage, url } = planting;
  const who = fate.isByOther ? otherCookie : cookie;
  const shown = Object.entries(fate.shown!);
  const isOpen = form.route === "POST /signup";
  const text = textsFor(countOf(planting, fate, "text") + shown.length);
  for (const indices of batches(countOf(planting, fate, "text"), fate.isOneAtATime || fate.isByOther ? 1 : BATCH)) {
    const sent = await Promise.all(
      indices.map(async (index) => {
        const texts = shown.map(([name, as], offset) => [name, as(text(index + offset), index)] as const);
        const values = { ...valuesOf(form, fate, ++sentSoFar), ...Object.fromEntries(texts) };
        const answer = await ask(planting, isOpen ? "" : who, form.action, values);
        expect(answer.status, `${form.route} ${JSON.stringify(values)} ${answer.html}`).toBeLessThan(400);
        const one = { values, location: answer.location, html: answer.html, kept: texts.map(([, text]) => text) };
        const path = fate.seenOn?.(one);
        return path === undefined ? one : { ...one, html: (await ask(planting, who, path)).html };
      }),
    );
    const read = await readInert(
      stage,
      url,
      sent.map(({ html }) => html),
    );
    for (const [index, { kept }] of sent.entries()) {
      if (isOpen) continue;
      const page = visible(read[index]!);
      expect
        .soft(
          kept.filter((text) => !page.includes(visible(text))),
          `shown by ${form.route}`,
        )
        .toEqual([]);
    }
    const path = fate.seenOn?.(sent.at(-1)!);
    if (path !== undefined && !fate.isByOther && indices[0]! % (BATCH * VISIT_EACH) === 0) await visit(planting, path);
    await undo(planting, who, fate, sent);
  }
  for (const [name] of shown) note(form, name, countOf(planting, fate, "text"));
}

async function undo(planting: Planting, cookie: string, fate: FormFate, sent: readonly Sent[]): Promise<void> {
  const forms = sent.flatMap((one) => fate.undo?.(one) ?? []);
  const once = new Map(forms.map((form) => [JSON.stringify(form), form]));
  for (const [path, fields] of once.values()) await ask(planting, cookie, path, fields);
}

/** One field with a payload, the others with what it takes: refused, unless it is said to be unseen. */
async function plantAlone(planting: Planting, form: RenderedForm, fate: FormFate, field: RenderedField): Promise<void> {
  const who = fate.isByOther ? planting.otherCookie : planting.cookie;
  const isOpen = /^POST \/(?:login|signup)$/.test(form.route);
  const count = countOf(planting, fate, field.type);
  const isUnseen = field.name in (fate.unseen ?? {});
  const text = textsFor(count);
  for (const indices of batches(count)) {
    const sent = await Promise.all(
      indices.map(async (index) => {
        const values = { ...valuesOf(form, fate, ++sentSoFar), [field.name]: text(index) };
        const answer = await ask(planting, isOpen ? "" : who, form.action, values);
        return { ...answer, values, isRefused: answer.status >= 400 };
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
          taken.map(({ values }) => values[field.name]),
          `taken by ${form.route} as ${field.name}`,
        )
        .toEqual([]);
    const last = taken.at(-1);
    if (last?.location && !isOpen && indices[0]! % (BATCH * VISIT_EACH) === 0) await visit(planting, last.location);
    await undo(planting, who, fate, taken);
  }
  note(form, field.name, count);
}

/** Of a form that asks for a page: each field alone, as its query. */
async function plantQuery(planting: Planting, form: RenderedForm): Promise<void> {
  for (const field of form.fields.filter(({ type }) => !UNSENT.has(type))) {
    const count = countOf(planting, {}, field.type);
    const text = textsFor(count);
    const path = (index: number) => `${form.action}?${new URLSearchParams({ [field.name]: text(index) })}`;
    for (const indices of batches(count)) {
      const answers = await Promise.all(indices.map((index) => ask(planting, planting.cookie, path(index))));
      await readInert(
        planting.stage,
        planting.url,
        answers.map(({ html }) => html),
      );
      if (indices[0]! % (BATCH * VISIT_EACH) === 0) await visit(planting, path(indices[0]!));
    }
    note(form, field.name, count);
  }
}

function note({ route }: RenderedForm, name: string, count: number): void {
  planted.set(`${route} ${name}`, count);
}
