-- Meetings and what was said in them.

CREATE TABLE meetings (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  -- When it took place; null where nobody said.
  held_at INTEGER,
  format TEXT NOT NULL CHECK (format IN ('txt', 'vtt', 'srt', 'docx', 'json')),
  utterances INTEGER NOT NULL CHECK (utterances >= 1),
  words INTEGER NOT NULL CHECK (words >= 1),
  -- Up to the last instant that the transcript names; null where it names none.
  duration_ms INTEGER CHECK (duration_ms >= 0),
  -- Names, in the order in which they first speak.
  speakers TEXT NOT NULL CHECK (json_valid(speakers) AND json_type(speakers) = 'array'),
  -- SHA-256 of who said what and when, whatever the file around it.
  transcript_hash TEXT NOT NULL CHECK (length(transcript_hash) = 64),
  -- new: nothing was made of it yet. Each later state is entered by a run about the meeting.
  state TEXT NOT NULL CHECK (state IN ('new', 'processing', 'processed', 'failed')),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL CHECK (updated_at >= created_at)
) STRICT;

-- The same transcript twice is the same meeting.
CREATE UNIQUE INDEX meetings_by_transcript ON meetings (workspace_id, transcript_hash);
CREATE INDEX meetings_by_workspace ON meetings (workspace_id, id);
CREATE INDEX meetings_by_state ON meetings (workspace_id, state, id);

-- Its utterances as JSON, in parts: those from first_index on, up to the next part.
CREATE TABLE meeting_utterances (
  meeting_id TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
  first_index INTEGER NOT NULL CHECK (first_index >= 0),
  utterances TEXT NOT NULL CHECK (json_valid(utterances)),
  PRIMARY KEY (meeting_id, first_index)
) STRICT, WITHOUT ROWID;
