/** The form that processes a meeting: which way, by which models, and what becomes of the writes. */
import { EFFECT_MODES } from "../domain/effect.ts";
import type { Rollout } from "../domain/meeting-processing.ts";
import type { OfferedModel } from "../domain/model-choice.ts";
import { PostForm } from "./components/allowed.tsx";
import { TextField } from "./components/form-field.tsx";
import { EFFECT_MODE_WORDS, VERSION_WORDS } from "./meeting-run-words.ts";

export interface ProcessFormProps {
  readonly meetingId: string;
  /** Those that are proposed, the workspace's own first; others may be named, too. */
  readonly models: readonly OfferedModel[];
  /** Who reviews where nobody is named; null for the model that writes. */
  readonly reviewer: string | null;
  readonly rollout: Rollout;
}

export function ProcessForm({ meetingId, models, reviewer, rollout }: ProcessFormProps) {
  const suggestions = models.map(({ model, keyName }) => ({ value: model, label: keyName }));
  const own = models[0]?.model ?? "";
  return (
    <PostForm action={`/meetings/${meetingId}/runs`} class="panel process-form">
      <h2>Process</h2>
      <fieldset class="choices">
        <legend>How</legend>
        <label>
          <input type="radio" name="version" value="auto" checked /> As the workspace has set{" "}
          <span class="muted">({shareWord(rollout)})</span>
        </label>
        {(["v2", "v1"] as const).map((version) => (
          <label>
            <input type="radio" name="version" value={version} /> {VERSION_WORDS[version]}
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>Writes</legend>
        {EFFECT_MODES.toReversed().map((mode) => (
          <label>
            <input type="radio" name="mode" value={mode} checked={mode === "review"} /> {EFFECT_MODE_WORDS[mode]}
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>By whom</legend>
        <TextField
          name="model"
          label="Model that reads the meeting"
          value=""
          placeholder={own}
          suggestions={suggestions}
        />
        <label>
          <input type="checkbox" name="thinking" /> Think first
        </label>
      </fieldset>
      <fieldset class="choices">
        <legend>Review</legend>
        <label>
          <input type="checkbox" name="reviewByModel" /> Have the program reviewed before it runs
        </label>
        <TextField
          name="reviewModel"
          label="Reviewing model"
          value=""
          placeholder={reviewer ?? "the model that writes"}
          suggestions={suggestions}
          hint={reviewer === null ? "There is a key of one provider alone: the same model looks again." : undefined}
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

function shareWord({ v2Percent }: Rollout): string {
  if (v2Percent === 100) return VERSION_WORDS.v2;
  return v2Percent === 0 ? VERSION_WORDS.v1 : `V2 for ${v2Percent} % of them`;
}
