/** A filter of a list: one of several values, or any. */
export type Options = readonly (readonly [value: string, label: string])[];

export interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  /** What no choice is called. */
  readonly any: string;
  readonly value: string;
  readonly options: Options;
}

export function Choice({ name, label, any, value, options }: ChoiceProps) {
  return (
    <label>
      <span class="visually-hidden">{label}</span>
      <select name={name}>
        <option value="">{any}</option>
        {options.map(([each, text]) => (
          <option value={each} selected={each === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
