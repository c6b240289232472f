/** The sample meetings, each added with one click. */
import { SAMPLE_MEETINGS } from "../../domain/sample-meetings.ts";
import { PostForm } from "./allowed.tsx";
import { Icon } from "./icon.tsx";

export function SampleMeetings() {
  return (
    <PostForm action="/meetings/samples" class="sample-meetings">
      <span class="muted">Or try a sample:</span>
      {SAMPLE_MEETINGS.map(({ slug, title }) => (
        <button type="submit" class="button" name="sample" value={slug}>
          <Icon name="sparkles" /> {title}
        </button>
      ))}
    </PostForm>
  );
}
