/** The form that processes a meeting: which way, by which models, and what becomes of the writes. */
import { EFFECT_MODES } from "../domain/effect.ts";
import type { Rollout } from "../domain/meeting-processing.ts";
import type { OfferedModel } from "../domain/model-choice.ts";
import { PostForm } from "./components/allowed.tsx";
import { ErrorSummary, type FieldError, fieldId } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { EFFECT_MODE_WORDS, VERSION_WORDS } from "./meeting-run-words.ts";

/** What the form holds, as it was typed and ticked. */
export interface ProcessFormValues {
  readonly version: string;
  readonly mode: string;
  readonly thinking: boolean;
  readonly reviewByModel: boolean;
  readonly model: string;
  readonly reviewModel: string;
}

export const FIRST_VALUES: ProcessFormValues = {
  ...{ version: "auto", mode: "review", thinking: false, reviewByModel: false, model: "", reviewModel: "" },
};

export interface ProcessFormProps {
  readonly meetingId: string;
  /** Those that are proposed, the workspace's own first; others may be named, too. */
  readonly models: readonly OfferedModel[];
  /** Who reviews where nobody is named; null for the model that writes. */
  readonly reviewer: string | null;
  readonly rollout: Rollout;
  readonly values: ProcessFormValues;
  readonly errors: readonly FieldError[];
}

export function ProcessForm({ meetingId, models, reviewer, rollout, values, errors }: ProcessFormProps) {
  const suggestions = models.map(({ model, keyName }) => ({ value: model, label: keyName }));
  const own = models[0]?.model ?? "";
  return (
    <PostForm action={`/meetings/${meetingId}/runs`} class="panel process-form">
      <h2>Process</h2>
      <ErrorSummary title="The meeting was not processed" errors={errors} />
      <fieldset id={fieldId("version")} class="choices">
        <legend>How</legend>
        <label>
          <input type="radio" name="version" value="auto" checked={values.version === "auto"} /> As the workspace has
          set <span class="muted">({shareWord(rollout)})</span>
        </label>
        {(["v2", "v1"] as const).map((version) => (
          <label>
            <input type="radio" name="version" value={version} checked={values.version === version} />{" "}
            {VERSION_WORDS[version]}
          </label>
        ))}
      </fieldset>
      <fieldset id={fieldId("mode")} class="choices">
        <legend>Writes</legend>
        {EFFECT_MODES.toReversed().map((mode) => (
          <label>
            <input type="radio" name="mode" value={mode} checked={values.mode === mode} /> {EFFECT_MODE_WORDS[mode]}
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>By whom</legend>
        <TextField
          name="model"
          label="Model that reads the meeting"
          value={values.model}
          errors={errors}
          placeholder={own}
          suggestions={suggestions}
        />
        <label>
          <input type="checkbox" name="thinking" checked={values.thinking} /> Think first
        </label>
      </fieldset>
      <fieldset class="choices">
        <legend>Review</legend>
        <label>
          <input type="checkbox" name="reviewByModel" checked={values.reviewByModel} /> Have the program reviewed before
          it runs
        </label>
        <TextField
          name="reviewModel"
          label="Reviewing model"
          value={values.reviewModel}
          errors={errors}
          placeholder={reviewer ?? "the model that writes"}
          suggestions={suggestions}
          hint={reviewer === null ? ownReview(models) : undefined}
        />
      </fieldset>
      <div class="actions">
        <button type="submit" class="button primary">
          Process meeting
        </button>
      </div>
    </PostForm>
  );
}

/** Where no other provider could be asked, nobody is to take a second look for a second opinion. */
function ownReview([own, other]: readonly OfferedModel[]): string {
  if (own?.isMock) return "Without a key there is the mock alone: it looks over its own program, by fixed rules.";
  const advice = other ? `${other.model}, for example` : "another one";
  return `Left empty, the model looks over its own program: there is a key for one provider alone. For a second opinion name ${advice}.`;
}

function shareWord({ v2Percent }: Rollout): string {
  if (v2Percent === 100) return VERSION_WORDS.v2;
  return v2Percent === 0 ? VERSION_WORDS.v1 : `V2 for ${v2Percent} % of them`;
}
