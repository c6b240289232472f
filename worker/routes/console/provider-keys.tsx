/** `/settings/keys`: the keys with which the workspace asks providers of models, for people. */
import { type Context, Hono } from "hono";
import { record } from "../../actions/audit-trail.ts";
import {
  accessKey,
  changeKey,
  chooseFallbacks,
  chooseKey,
  createKey,
  listKeys,
  removeKey,
  rotateKey,
  testSavedKey,
  testUnsavedKey,
} from "../../actions/provider-keys.ts";
import { actorOf } from "../../domain/audit.ts";
import type { Failure, Result } from "../../domain/errors.ts";
import { HAND_PRICES_MAX } from "../../domain/hand-price.ts";
import {
  changeKeySchema,
  createKeySchema,
  KEY_NAME_FIELD,
  type KeyTest,
  type ProviderKey,
  rotateKeySchema,
  testKeySchema,
} from "../../domain/provider-key.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { ErrorSummary, type FieldError } from "../../views/components/error-summary.tsx";
import { PRICE_FIELDS, type PriceValues, priceField, priceValues } from "../../views/key-prices.tsx";
import { ProviderKeyPage, type ProviderKeyProps } from "../../views/provider-key.tsx";
import { KeyTestNotice, type KeyValues, NEW_KEY, ProviderKeysPage } from "../../views/provider-keys.tsx";
import { formOf } from "./form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";
import { namesOf } from "./people-names.ts";

const BASE = "/settings/keys";

type KeyContext = Context<SignedInEnv>;

export const providerKeyPages = new Hono<SignedInEnv>()
  .get("/", (c) => showKeys(c, NEW_KEY, {}))
  .post("/", async (c) => {
    const form = await readForm(c);
    const request = check(form, createKeySchema);
    const created = request.ok ? await createKey(c.var.dependencies, c.var.principal, request.value) : request;
    if (created.ok) return c.redirect(`${BASE}/${created.value.key.id}`, 303);
    return created.code === "invalid-request"
      ? showKeys(c, form, { errors: shownErrors(created) })
      : failurePage(c, created);
  })
  .post("/tests", async (c) => {
    const { name: _, ...form } = await readForm(c);
    const request = check(form, testKeySchema);
    const test = request.ok ? await testUnsavedKey(c.var.dependencies, request.value) : request;
    return showTest(c, form, test);
  })
  .post("/fallbacks", async (c) => {
    const ids = (await formOf(c))
      .getAll("keyId")
      .map(String)
      .filter((id) => id !== "");
    const { dependencies, principal } = c.var;
    const set = await chooseFallbacks(dependencies, principal, ids);
    if (set.ok) await record(dependencies, actorOf(principal), "key.fallbacks-chosen", "", { keys: ids.join(" ") });
    return set.ok ? c.redirect(BASE, 303) : showKeys(c, NEW_KEY, { errors: shownErrors(set) });
  })
  .get("/:id", (c) => showKey(c, {}))
  .post("/:id/changes", async (c) => {
    const { name, baseUrl, model } = await readForm(c);
    const change = check({ name, baseUrl, model }, changeKeySchema);
    const id = c.req.param("id");
    const changed = change.ok ? await changeKey(c.var.dependencies, c.var.principal, id, change.value) : change;
    return back(c, changed, { values: { name, baseUrl, model } });
  })
  .post("/:id/prices", async (c) => {
    const prices = pricesOf(await formOf(c));
    const change = check({ prices }, changeKeySchema);
    const id = c.req.param("id");
    const changed = change.ok ? await changeKey(c.var.dependencies, c.var.principal, id, change.value) : change;
    return back(c, changed, { prices });
  })
  .post("/:id/rotations", async (c) => {
    const form = await formOf(c);
    const overlap = form.get("overlapSeconds");
    const given = { key: text(form, "key"), ...(overlap === null ? {} : { overlapSeconds: String(overlap) }) };
    const request = check(given, rotateKeySchema);
    const id = c.req.param("id");
    return back(c, request.ok ? await rotateKey(c.var.dependencies, c.var.principal, id, request.value) : request);
  })
  .post("/:id/tests", async (c) => back(c, await testSavedKey(c.var.dependencies, c.var.principal, c.req.param("id"))))
  .post("/:id/choices", async (c) => back(c, await chooseKey(c.var.dependencies, c.var.principal, c.req.param("id"))))
  .post("/:id/deletion", async (c) => {
    const id = c.req.param("id");
    const key = await accessKey(c.var.dependencies, c.var.principal, id);
    if (!key.ok) return failurePage(c, key);
    if (text(await formOf(c), KEY_NAME_FIELD).trim() !== key.value.name) {
      const message = `To delete the key, type its name: ${key.value.name}`;
      return showKey(c, { errors: [{ field: "", message }], status: 422 });
    }
    const removed = await removeKey(c.var.dependencies, c.var.principal, id);
    return removed.ok ? c.redirect(BASE, 303) : failurePage(c, removed);
  });

interface ShownKeys {
  readonly errors?: readonly FieldError[];
  readonly test?: KeyTest;
}

async function showKeys(c: KeyContext, { name, provider, baseUrl, model }: KeyValues, shown: ShownKeys) {
  const { errors = [], test = null } = shown;
  const keys = await listKeys(c.var.dependencies, c.var.principal);
  const props = { shell: signedInShell(c), keys, values: { name, provider, baseUrl, model }, errors, test };
  return page(c, <ProviderKeysPage {...props} />, errors.length > 0 ? 422 : 200);
}

/** With a script the form stays as it is, with the key that was typed; without one the key has to be typed again. */
function showTest(c: KeyContext, form: Omit<KeyValues, "name">, test: Result<KeyTest>) {
  if (test.ok && isPartial(c)) return page(c, <KeyTestNotice test={test.value} />);
  if (test.ok) return showKeys(c, { name: "", ...form }, { test: test.value });
  if (test.code !== "invalid-request") return failurePage(c, test);
  const errors = shownErrors(test);
  return isPartial(c)
    ? page(c, <ErrorSummary title="The key was not tested" errors={errors} />, 422)
    : showKeys(c, { name: "", ...form }, { errors });
}

type Typed = Partial<Pick<ProviderKeyProps, "values" | "prices">>;
type Shown = Typed & { readonly errors?: readonly FieldError[]; readonly status?: number };

async function showKey(c: KeyContext, { values, prices, errors = [], status = 200 }: Shown) {
  const key = await accessKey(c.var.dependencies, c.var.principal, c.req.param("id") ?? "");
  if (!key.ok) return failurePage(c, key);
  const typed = { values: values ?? valuesOf(key.value), prices: prices ?? priceValues(key.value) };
  const { createdBy } = key.value;
  const names = await namesOf(c.var.dependencies, c.var.principal.workspaceId, [createdBy]);
  const props = { providerKey: key.value, addedBy: names.get(createdBy) ?? createdBy, ...typed, errors };
  return page(c, <ProviderKeyPage shell={signedInShell(c)} {...props} />, status);
}

function back(c: KeyContext, done: Result<unknown>, typed: Typed = {}) {
  if (done.ok) return c.redirect(`${BASE}/${c.req.param("id")}`, 303);
  if (done.code !== "invalid-request") return failurePage(c, done);
  return showKey(c, { ...typed, errors: shownErrors(done), status: 422 });
}

function valuesOf({ name, baseUrl, model }: ProviderKey) {
  return { name, baseUrl, model: model ?? "" };
}

/** The rows of the form, in their order, without those that have no amount: an error's place counts the others alone. */
function pricesOf(form: FormData): PriceValues[] {
  const rows = Array.from({ length: HAND_PRICES_MAX + 1 }, (_, row) =>
    Object.fromEntries(PRICE_FIELDS.map((field) => [field, text(form, priceField(row, field)).trim()])),
  );
  return (rows as PriceValues[]).filter(({ input, output, cachedInput }) => input + output + cachedInput !== "");
}

async function readForm(c: KeyContext) {
  const form = await formOf(c);
  return {
    name: text(form, "name"),
    provider: text(form, "provider"),
    baseUrl: text(form, "baseUrl"),
    model: text(form, "model"),
    key: text(form, "key"),
  };
}

const text = (form: FormData, name: string) => String(form.get(name) ?? "");

function shownErrors({ detail, errors }: Failure): readonly FieldError[] {
  if (!errors) return [{ field: "", message: detail }];
  return errors.map(({ path, message }) => ({ field: path, message }));
}
