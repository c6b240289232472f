/** How meetings are told: states, lengths, times of a recording. */
import type { Meeting, MeetingState } from "../domain/meeting.ts";
import type { StateLook } from "./components/status-badge.tsx";
import { formatCount, formatDuration, plural } from "./format.ts";

export const MEETING_LOOKS: Readonly<Record<MeetingState, StateLook>> = {
  new: { tone: "queued", icon: "circle", word: "New" },
  processing: { tone: "running", icon: "loader-circle", word: "Processing" },
  processed: { tone: "success", icon: "circle-check", word: "Processed" },
  failed: { tone: "failed", icon: "circle-x", word: "Failed" },
};

/** `1:02:03`, `4:05`: where something is in a recording. */
export function recordingTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const SHOWN_SPEAKERS = 4;

/** `Dana, Bob and 3 more`. */
export function speakersWord(speakers: readonly string[]): string {
  if (speakers.length === 0) return "nobody named";
  const more = speakers.length - SHOWN_SPEAKERS;
  return speakers.slice(0, SHOWN_SPEAKERS).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export function lengthWord({ words, durationMs }: Pick<Meeting, "words" | "durationMs">): string {
  return durationMs === null ? plural(words, "word") : `${formatCount(words)} words in ${formatDuration(durationMs)}`;
}
