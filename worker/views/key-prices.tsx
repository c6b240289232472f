/** The prices of a key's models that are set by hand, in the page of the key: one row for each, and one more for another. */
import { HAND_PRICES_MAX } from "../domain/hand-price.ts";
import type { ProviderKey } from "../domain/provider-key.ts";
import { useMay } from "./components/allowed.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";

/** The columns of a row, and the fields of a price. */
export const PRICE_FIELDS = ["model", "input", "output", "cachedInput"] as const;

/** A row as it was typed. */
export type PriceValues = Readonly<Record<(typeof PRICE_FIELDS)[number], string>>;

const LABELS: PriceValues = { model: "Model", input: "Input", output: "Output", cachedInput: "Cached input" };
const NO_PRICE: PriceValues = { model: "", input: "", output: "", cachedInput: "" };

export function priceValues({ prices }: Pick<ProviderKey, "prices">): readonly PriceValues[] {
  return prices.map(({ model, input, output, cachedInput }) => ({
    ...{ model, input: amount(input), output: amount(output), cachedInput: amount(cachedInput) },
  }));
}

/** All decimals of a number of dollars: that of a micro-dollar would else be written as 1e-6. */
function amount(dollars: number): string {
  return dollars.toFixed(6).replace(/\.?0+$/, "");
}

/** Name of a field of the form. */
export function priceField(row: number, field: keyof PriceValues): string {
  return `prices.${row}.${field}`;
}

export interface PricesPanelProps {
  readonly address: string;
  readonly model: string | null;
  readonly values: readonly PriceValues[];
  readonly errors: readonly FieldError[];
}

export function PricesPanel({ address, model, values, errors }: PricesPanelProps) {
  const canSet = useMay()("POST", `${address}/prices`);
  const another = { ...NO_PRICE, model: values.length === 0 ? (model ?? "") : "" };
  const rows = canSet && values.length < HAND_PRICES_MAX ? [...values, another] : values;
  return (
    <FormPanel
      name="prices"
      title="What its models cost"
      action={`${address}/prices`}
      submit="Save"
      isReadable
      intro={
        <p class="muted">
          In US dollars for a million tokens. Nobody else knows what a server of your own costs: a model without a price
          is refused under a budget, and its calls cost "unknown". 0 is a price. Cached input costs what input does
          where nothing is said.
        </p>
      }
    >
      {rows.map((row, at) => (
        <fieldset class="price-row">
          <legend>{at < values.length ? row.model : "Another model"}</legend>
          {PRICE_FIELDS.map((field) => (
            <TextField name={priceField(at, field)} label={LABELS[field]} value={row[field]} errors={errors} />
          ))}
        </fieldset>
      ))}
      {canSet ? <p class="muted">Clear the amounts of a model to take its price away.</p> : null}
    </FormPanel>
  );
}
