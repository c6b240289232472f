/** `/meetings/new`: a transcript as a file, dropped or chosen, or as text. Works without a script. */
import { TRANSCRIPT_BOUNDS, TRANSCRIPT_FORMATS } from "../domain/transcript.ts";
import { PostForm } from "./components/allowed.tsx";
import { ErrorSummary, type FieldError, fieldId, invalidAttributes } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { SampleMeetings } from "./components/sample-meetings.tsx";
import { formatBytes } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";

/** As they were typed. */
export interface MeetingValues {
  readonly title: string;
  readonly heldAt: string;
  readonly transcript: string;
}

export const NO_VALUES: MeetingValues = { title: "", heldAt: "", transcript: "" };

export interface NewMeetingProps {
  readonly values: MeetingValues;
  readonly errors: readonly FieldError[];
}

const ACCEPTED = TRANSCRIPT_FORMATS.map((format) => `.${format}`);
const EXAMPLE = "[00:00:04] Dana Ruiz: Let’s begin.\n[00:00:09] Bob: PAY-12 is done.";

export function NewMeetingPage({ shell, values, errors }: NewMeetingProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="meetings" title="Add a meeting">
      <div class="page-head">
        <h1>Add a meeting</h1>
      </div>
      <ErrorSummary title="The meeting was not added" errors={errors} />
      <PostForm class="repository-form" action="/meetings" enctype="multipart/form-data">
        <fieldset class="panel field-group field-column">
          <legend>Transcript</legend>
          <FileField errors={errors} />
          <TextField
            name="transcript"
            label="Or its text"
            value={values.transcript}
            rows={8}
            placeholder={EXAMPLE}
            errors={errors}
            hint="Lines that begin with a name, with or without a time. What is exported by Zoom, Teams, Meet, Otter and others is understood as it is."
          />
        </fieldset>
        <fieldset class="panel field-group">
          <legend>About it</legend>
          <TextField
            name="title"
            label="Title"
            value={values.title}
            errors={errors}
            hint="Left empty, the file’s name is taken."
          />
          <div class="field">
            <label for={fieldId("heldAt")}>Day</label>
            <input
              type="date"
              id={fieldId("heldAt")}
              name="heldAt"
              value={values.heldAt}
              {...invalidAttributes("heldAt", errors)}
            />
          </div>
        </fieldset>
        <div class="actions">
          <button type="submit" class="button primary">
            Add meeting
          </button>
          <a class="button" href="/meetings">
            Cancel
          </a>
        </div>
      </PostForm>
      <SampleMeetings />
    </Layout>
  );
}

/** A file may be dropped on it, which browsers see to themselves; the script checks its size before it is sent. */
function FileField({ errors }: Pick<NewMeetingProps, "errors">) {
  const id = fieldId("file");
  return (
    <div class="field">
      <label for={id}>File</label>
      <input
        type="file"
        id={id}
        class="drop-zone"
        name="file"
        accept={ACCEPTED.join(",")}
        data-max-bytes={String(TRANSCRIPT_BOUNDS.fileBytes)}
        {...invalidAttributes("file", errors)}
      />
      <p class="field-hint muted">
        {ACCEPTED.join(", ")}; at most {formatBytes(TRANSCRIPT_BOUNDS.fileBytes)}. Choose it, or drop it here.
      </p>
    </div>
  );
}
