-- What meetings leave behind: stories, blockers, action items and decisions, with each change that was made to them.

CREATE TABLE items (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('story', 'blocker', 'action-item', 'decision')),
  -- Counts the changes, from 1. A write names the one that it was made for.
  version INTEGER NOT NULL CHECK (version >= 1),
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  -- Copies of fields that lists search by.
  title TEXT NOT NULL,
  status TEXT NOT NULL,
  owner TEXT,
  -- The key of a story, or of the story that it is about.
  story TEXT,
  evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
  meeting_id TEXT,
  -- What made it in its meeting: the same meeting makes it once.
  origin TEXT,
  -- The change that made this version: whether a write went through is known by it.
  change_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX items_story_key ON items (workspace_id, story) WHERE kind = 'story' AND story IS NOT NULL;
CREATE UNIQUE INDEX items_origin ON items (workspace_id, origin) WHERE origin IS NOT NULL;
CREATE INDEX items_by_kind ON items (workspace_id, kind, updated_at);
CREATE INDEX items_by_status ON items (workspace_id, kind, status, updated_at);
CREATE INDEX items_by_story ON items (workspace_id, story) WHERE story IS NOT NULL;
CREATE INDEX items_by_meeting ON items (workspace_id, meeting_id) WHERE meeting_id IS NOT NULL;

-- The history of items. It outlives an item whose making was undone.
CREATE TABLE item_changes (
  -- `{run}:{effect}` for what a program asked for, with `:undo` for taking that back; an id of its own for a person's edit.
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  item_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('story', 'blocker', 'action-item', 'decision')),
  -- The version that it made; for a removal, the one that it ended.
  version INTEGER NOT NULL CHECK (version >= 1),
  cause TEXT NOT NULL CHECK (cause IN ('run', 'person', 'undo')),
  -- Who decided it: a person or a token.
  made_by TEXT NOT NULL,
  run_id TEXT,
  -- The line of the run's program that asked for it.
  line INTEGER,
  evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
  -- Fields before and after; null where there was, or is, no item.
  before TEXT CHECK (before IS NULL OR json_valid(before)),
  after TEXT CHECK (after IS NULL OR json_valid(after)),
  at INTEGER NOT NULL,
  CHECK (before IS NOT NULL OR after IS NOT NULL),
  CHECK ((cause = 'person') <= (run_id IS NULL))
) STRICT;

CREATE INDEX item_changes_by_item ON item_changes (workspace_id, item_id, version);
CREATE INDEX item_changes_by_run ON item_changes (workspace_id, run_id) WHERE run_id IS NOT NULL;
