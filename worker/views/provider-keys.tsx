/** `/settings/keys`: the keys with which the workspace asks providers of models, and the form for a new one. */
import {
  FALLBACKS_MAX,
  KEYED_PROVIDERS,
  type KeyedProvider,
  type KeyTest,
  type ProviderKey,
} from "../domain/provider-key.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { SecretField, SelectField, TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { SettingsTabs } from "./components/settings-tabs.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { hx } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
import { keyLook, maskedKey, PROVIDER_WORDS, VERDICT_LOOKS } from "./provider-key-words.ts";

/** What a form for a key holds, as it was typed. The key itself never comes back to a page. */
export interface KeyValues {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
}

export const NEW_KEY: KeyValues = { name: "", provider: "anthropic" satisfies KeyedProvider, baseUrl: "", model: "" };

export interface ProviderKeysProps {
  readonly keys: readonly ProviderKey[];
  readonly values: KeyValues;
  readonly errors: readonly FieldError[];
  /** What came of a test that was asked for without a script. */
  readonly test: KeyTest | null;
}

export function ProviderKeysPage({ shell, keys, values, errors, test }: ProviderKeysProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section={null} title="Provider keys">
      <div class="page-head">
        <h1>Provider keys</h1>
      </div>
      <SettingsTabs current="keys" />
      <div class="settings">
        <ErrorSummary title="The key was not saved" errors={errors} />
        {keys.length > 0 ? (
          <KeyTable keys={keys} />
        ) : (
          <section class="panel">
            <EmptyState icon="key-round" title="No keys yet">
              With a key of a provider, programs are written by its models. Until then{" "}
              {shell.provider.isMock ? "the built-in mock" : "the operator's provider"} answers.
            </EmptyState>
          </section>
        )}
        {keys.length > 1 ? <FallbackForm keys={keys} /> : null}
        <Allowed post="/settings/keys">
          <section class="panel" aria-labelledby="new-key-title">
            <h2 id="new-key-title">New key</h2>
            <PostForm class="settings-form" action="/settings/keys">
              <SelectField
                name="provider"
                label="Provider"
                value={values.provider}
                options={KEYED_PROVIDERS.map((value) => ({ value, label: PROVIDER_WORDS[value] }))}
                errors={errors}
                hint="OpenAI-compatible is any server that speaks Chat Completions: Groq, Ollama, vLLM, a gateway."
              />
              <SecretField
                name="key"
                label="API key"
                errors={errors}
                hint="It is sealed, and never shown again but for its end."
              />
              <TextField
                name="name"
                label="Name"
                value={values.name}
                isRequired
                errors={errors}
                placeholder="production"
              />
              <AddressFields values={values} errors={errors} />
              <div id={ELEMENT_ID.keyTest} role="status">
                {test === null ? null : <KeyTestNotice test={test} />}
              </div>
              <div class="actions">
                <button type="submit" class="button primary">
                  Save
                </button>
                <button
                  type="submit"
                  class="button"
                  formaction="/settings/keys/tests"
                  formnovalidate
                  {...hx({
                    post: "/settings/keys/tests",
                    include: "closest form",
                    target: byId(ELEMENT_ID.keyTest),
                    swap: "innerHTML",
                    disable: "this",
                  })}
                >
                  <Icon name="send" /> Test
                </button>
              </div>
            </PostForm>
          </section>
        </Allowed>
      </div>
    </Layout>
  );
}

export function AddressFields({
  values,
  errors,
}: Pick<ProviderKeysProps, "errors"> & { readonly values: Pick<KeyValues, "baseUrl" | "model"> }) {
  return (
    <>
      <TextField
        name="baseUrl"
        label="Base URL"
        value={values.baseUrl}
        placeholder="https://api.example.com/v1"
        errors={errors}
        hint="Empty for the provider's own. An OpenAI-compatible server has one of its own, mostly with /v1."
      />
      <TextField
        name="model"
        label="Model"
        value={values.model}
        errors={errors}
        hint="Empty for the provider's usual one."
      />
    </>
  );
}

/** What came of a test, and what to do about it. */
export function KeyTestNotice({ test: { verdict, message, advice } }: { readonly test: KeyTest }) {
  const look = VERDICT_LOOKS[verdict];
  return (
    <div class={verdict === "works" ? "notice notice-succeeded" : "notice notice-failed"}>
      <Icon name={look.icon} />
      <div>
        <b>{look.word}.</b> {message} {verdict === "works" ? null : advice}
      </div>
    </div>
  );
}

const PLACE_WORDS = ["First", "Then", "Then, at last"] as const;

/** Which keys are asked where the one in use cannot answer. */
function FallbackForm({ keys }: Pick<ProviderKeysProps, "keys">) {
  const places = PLACE_WORDS.slice(0, Math.min(FALLBACKS_MAX, keys.length - 1));
  return (
    <Allowed post="/settings/keys/fallbacks">
      <section class="panel" aria-labelledby="fallback-title">
        <h2 id="fallback-title">When the key in use cannot answer</h2>
        <p class="muted">
          Where its provider fails, refuses the key, has no credit or is out of its limit, and no text has come yet,
          these are asked instead. Each is asked for the model that it was saved with.
        </p>
        <PostForm class="settings-form" action="/settings/keys/fallbacks">
          {places.map((label, index) => (
            <label class="field">
              {label}
              <select name="keyId">
                <option value="">Nobody</option>
                {keys.map((key) => (
                  <option value={key.id} selected={key.fallbackPosition === index + 1}>
                    {key.name} ({PROVIDER_WORDS[key.provider]})
                  </option>
                ))}
              </select>
            </label>
          ))}
          <div class="actions">
            <button type="submit" class="button">
              Save
            </button>
          </div>
        </PostForm>
      </section>
    </Allowed>
  );
}

function KeyTable({ keys }: Pick<ProviderKeysProps, "keys">) {
  return (
    <div class="results">
      <table class="runs">
        <caption class="visually-hidden">Keys</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Key</th>
            <th scope="col" class="number">
              Made
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr>
              <td class="cell-state">
                <StateBadge look={keyLook(key)} />
              </td>
              <td class="cell-run">
                <a class="row-link" href={`/settings/keys/${key.id}`}>
                  {key.name}
                </a>
                <span class="cell-note muted">
                  <code>{maskedKey(key)}</code> · {PROVIDER_WORDS[key.provider]}
                  {key.isChosen ? " · in use" : key.fallbackPosition === null ? null : " · asked next"}
                  {key.lastUsedAt === null ? null : (
                    <>
                      {" · used "}
                      <RelativeTime at={key.lastUsedAt} />
                    </>
                  )}
                </span>
              </td>
              <td class="cell-when number muted">
                <RelativeTime at={key.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
