-- Programs that somebody shared by link. A share is a snapshot: it never changes after it was made.

CREATE TABLE shares (
  slug TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  created_by TEXT NOT NULL,
  language TEXT NOT NULL,
  entry TEXT NOT NULL,
  stdin TEXT NOT NULL,
  args TEXT NOT NULL CHECK (json_valid(args)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE share_files (
  slug TEXT NOT NULL REFERENCES shares (slug),
  name TEXT NOT NULL,
  part INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (slug, name, part)
) STRICT, WITHOUT ROWID;
