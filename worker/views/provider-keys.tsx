/** `/settings/keys`: the keys with which the workspace asks providers of models, and the form for a new one. */

import {
  FALLBACKS_MAX,
  KEYED_PROVIDERS,
  type KeyedProvider,
  type KeyTest,
  type ProviderKey,
} from "../domain/provider-key.ts";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { SecretField, SelectField, TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { Icon } from "./components/icon.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { hx } from "./hx.ts";
import type { Shell } from "./layout.tsx";
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
    <SettingsPage shell={shell} tab="keys" failure="The key was not saved" errors={errors}>
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
      <FormPanel
        name="new-key"
        title="New key"
        action="/settings/keys"
        submit="Save"
        tone="primary"
        more={
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
        }
      >
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
        <TextField name="name" label="Name" value={values.name} isRequired errors={errors} placeholder="production" />
        <AddressFields values={values} errors={errors} />
        <div id={ELEMENT_ID.keyTest} role="status">
          {test === null ? null : <KeyTestNotice test={test} />}
        </div>
      </FormPanel>
    </SettingsPage>
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
    <FormPanel
      name="fallback"
      title="When the key in use cannot answer"
      action="/settings/keys/fallbacks"
      submit="Save"
      intro={
        <p class="muted">
          Where its provider fails, refuses the key, has no credit or is out of its limit, and no text has come yet,
          these are asked instead. Each is asked for the model that it was saved with.
        </p>
      }
    >
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
    </FormPanel>
  );
}

function KeyTable({ keys }: Pick<ProviderKeysProps, "keys">) {
  return (
    <div class="results">
      <DataTable caption="Keys" columns={["State", "Key", { number: "Made" }]}>
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
      </DataTable>
    </div>
  );
}
