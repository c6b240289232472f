/** `/settings/keys/:id`: one key of a provider, and what can be done with it. */

import type { Child } from "hono/jsx";
import {
  KEY_NAME_FIELD,
  KEY_OVERLAP_SECONDS,
  type ProviderKey,
  takesPrices,
  VERDICT_ADVICE,
} from "../domain/provider-key.ts";
import { PostForm, useMay } from "./components/allowed.tsx";
import { DeletionPanel } from "./components/deletion-panel.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { SecretField, SelectField, TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { Icon } from "./components/icon.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { PricesPanel, type PriceValues } from "./key-prices.tsx";
import type { Shell } from "./layout.tsx";
import { keyLook, maskedKey, needsKey, PROVIDER_WORDS } from "./provider-key-words.ts";
import { AddressFields, type KeyValues } from "./provider-keys.tsx";

export interface ProviderKeyProps {
  readonly providerKey: ProviderKey;
  /** Who added the key, by name where it is known. */
  readonly addedBy: string;
  readonly values: Pick<KeyValues, "name" | "baseUrl" | "model">;
  readonly prices: readonly PriceValues[];
  readonly errors: readonly FieldError[];
}

export function ProviderKeyPage({ shell, providerKey, ...shown }: ProviderKeyProps & { readonly shell: Shell }) {
  const { values, prices, errors } = shown;
  const address = `/settings/keys/${providerKey.id}`;
  return (
    <SettingsPage
      shell={shell}
      tab="keys"
      thing={{
        title: `Key ${providerKey.name}`,
        name: providerKey.name,
        badge: <StateBadge look={keyLook(providerKey)} large />,
        actions: <KeyActions providerKey={providerKey} address={address} />,
      }}
      errors={errors}
    >
      <UnverifiedNotice providerKey={providerKey} />
      <KeyFacts providerKey={providerKey} addedBy={shown.addedBy} />
      <RotationPanel providerKey={providerKey} address={address} errors={errors} />
      <FormPanel name="change" title="Change it" action={`${address}/changes`} submit="Save">
        <TextField name="name" label="Name" value={values.name} isRequired errors={errors} />
        <AddressFields values={values} errors={errors} />
        <p class="muted">Another base URL discards the key: it was given for the one before. Prices stay.</p>
      </FormPanel>
      {takesPrices(providerKey.provider) ? (
        <PricesPanel address={address} model={providerKey.model} values={prices} errors={errors} />
      ) : null}
      <KeyDeletion providerKey={providerKey} address={address} />
    </SettingsPage>
  );
}

interface Addressed {
  readonly providerKey: ProviderKey;
  readonly address: string;
}

function KeyActions({ providerKey, address }: Addressed) {
  return (
    <>
      <PostForm action={`${address}/tests`}>
        <button type="submit" class="button" disabled={needsKey(providerKey)}>
          <Icon name="send" /> Test
        </button>
      </PostForm>
      {providerKey.isChosen ? null : (
        <PostForm action={`${address}/choices`}>
          <button type="submit" class="button primary" disabled={needsKey(providerKey)}>
            <Icon name="check" /> Use this key
          </button>
        </PostForm>
      )}
    </>
  );
}

/** Why a key that could be used is not, or is although nobody knows whether it works. */
function UnverifiedNotice({ providerKey }: Pick<Addressed, "providerKey">) {
  const may = useMay();
  const { isChosen, lastTest } = providerKey;
  if (needsKey(providerKey) || lastTest === null || lastTest.verdict === "works") return null;
  const advice = VERDICT_ADVICE[lastTest.verdict];
  return (
    <div class="notice notice-failed">
      <Icon name="triangle-alert" />
      <div>
        {isChosen ? (
          <>
            <b>In use, though it could not be verified.</b> {advice}
          </>
        ) : (
          <>
            <b>Saved, not in use: it could not be verified.</b> {advice}
            {may("POST", `/settings/keys/${providerKey.id}/choices`) ? (
              <>
                {" Use it all the same with "}
                <i>Use this key</i>.
              </>
            ) : null}
          </>
        )}
      </div>
    </div>
  );
}

function KeyFacts({ providerKey, addedBy }: Pick<ProviderKeyProps, "providerKey" | "addedBy">) {
  const { provider, baseUrl, model, isChosen, lastTest, lastUsedAt, createdAt } = providerKey;
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">What it is</h2>
      <dl class="facts">
        <Fact label="Key">
          <code>{maskedKey(providerKey)}</code>
        </Fact>
        <Fact label="Provider">{PROVIDER_WORDS[provider]}</Fact>
        <Fact label="Base URL">
          <span class="webhook-address">{baseUrl}</span>
        </Fact>
        <Fact label="Model">{model ?? "the provider's usual one"}</Fact>
        <Fact label="In use">{isChosen ? "yes" : "no"}</Fact>
        <Fact label="Last used">{lastUsedAt === null ? "never" : <RelativeTime at={lastUsedAt} />}</Fact>
        <Fact label="Last test">{lastTest === null ? "never" : <RelativeTime at={lastTest.at} />}</Fact>
        <Fact label="Added">
          <RelativeTime at={createdAt} /> by {addedBy}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: Child }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const OVERLAPS = [
  { value: "0", label: "Not at all" },
  { value: "3600", label: "For an hour" },
  { value: "86400", label: "For a day" },
  { value: "604800", label: "For a week" },
];

function RotationPanel({ providerKey, address, errors }: Addressed & Pick<ProviderKeyProps, "errors">) {
  const { hasKey, previous } = providerKey;
  return (
    <FormPanel
      name="rotation"
      title={hasKey ? "Rotate it" : "Give it a key"}
      action={`${address}/rotations`}
      submit={
        <>
          <Icon name="key-round" /> {hasKey ? "Rotate" : "Save"}
        </>
      }
      intro={
        previous === null ? null : (
          <p>
            The key before, <code>…{previous.hint}</code>, is still taken where this one is rejected. That ends{" "}
            <RelativeTime at={previous.expiresAt} />.
          </p>
        )
      }
    >
      <SecretField
        name="key"
        label="New API key"
        errors={errors}
        hint="It is tested first, and not saved where the provider rejects it."
      />
      {hasKey ? (
        <SelectField
          name="overlapSeconds"
          label="Keep the old one"
          value={String(KEY_OVERLAP_SECONDS.default)}
          options={OVERLAPS}
          errors={errors}
        />
      ) : null}
    </FormPanel>
  );
}

function KeyDeletion({ providerKey: { name }, address }: Addressed) {
  return (
    <DeletionPanel action={`${address}/deletion`}>
      <div class="field">
        <label for="deletion-name">Name of the key</label>
        <input
          id="deletion-name"
          type="text"
          name={KEY_NAME_FIELD}
          required
          autocomplete="off"
          aria-describedby="deletion-hint"
        />
        <p id="deletion-hint" class="field-hint muted">
          It cannot be read again. Type <b>{name}</b> to confirm.
        </p>
      </div>
    </DeletionPanel>
  );
}
