-- Pages that the playground shows in an isolated frame, for a short time; where a shared program was forked from; and
-- the order in which a person's own runs are listed.

-- The address of a preview holds the secret; here is its SHA-256 alone. A new preview clears expired ones away.
CREATE TABLE previews (
  secret_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  entry TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX previews_by_person ON previews (user_id, created_at);
CREATE INDEX previews_by_expiry ON previews (expires_at);

CREATE TABLE preview_files (
  secret_hash TEXT NOT NULL REFERENCES previews (secret_hash) ON DELETE CASCADE,
  name TEXT NOT NULL,
  part INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (secret_hash, name, part)
) STRICT, WITHOUT ROWID;

-- `share:SLUG` or `run:ID`; null for a program of one's own.
ALTER TABLE shares ADD COLUMN forked_from TEXT CHECK (forked_from GLOB 'share:*' OR forked_from GLOB 'run:*');

CREATE INDEX runs_by_person ON runs (workspace_id, created_by, id);
