/** What was said: the quote, who said it and when, with the way to it in the meeting's transcript. */
import type { Evidence } from "../../domain/evidence.ts";
import { utteranceId } from "../element-id.ts";
import { recordingTime } from "../meeting-words.ts";

export function EvidenceQuote({ evidence }: { readonly evidence: Evidence }) {
  const { meetingId, utterance, speaker, at, quote } = evidence;
  return (
    <figure class="evidence">
      <blockquote>{quote}</blockquote>
      <figcaption>
        <a href={`/meetings/${meetingId}#${utteranceId(utterance)}`}>
          {speaker ?? "Somebody"}
          {at === null ? "" : ` · ${recordingTime(at)}`}
        </a>
      </figcaption>
    </figure>
  );
}
