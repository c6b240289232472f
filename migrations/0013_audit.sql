-- Who changed what in a workspace: a chain of entries that is only ever added to. The database itself refuses a fork of the
-- chain, and a change or removal of an entry; what goes round the database is found by `npm run audit:verify`. Nothing is
-- referred to: the log outlives what it tells of, a workspace included.

CREATE TABLE audit_entries (
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'token', 'nobody')),
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  address TEXT NOT NULL,
  target TEXT NOT NULL,
  details TEXT NOT NULL CHECK (json_valid(details)),
  previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  PRIMARY KEY (workspace_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_entries_by_actor ON audit_entries (workspace_id, actor_id, seq);
CREATE INDEX audit_entries_by_kind ON audit_entries (workspace_id, kind, seq);
CREATE INDEX audit_entries_by_time ON audit_entries (workspace_id, at, seq);

-- The last entry of each chain, kept apart from it: without this a removal at the end would leave no trace at all.
CREATE TABLE audit_heads (
  workspace_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_entries_chain BEFORE INSERT ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit: not the next entry of the chain')
  WHERE NEW.seq <> 1 + coalesce((SELECT seq FROM audit_heads WHERE workspace_id = NEW.workspace_id), 0)
    OR NEW.previous_hash <> coalesce(
      (SELECT hash FROM audit_heads WHERE workspace_id = NEW.workspace_id),
      '0000000000000000000000000000000000000000000000000000000000000000'
    );
END;

CREATE TRIGGER audit_entries_head AFTER INSERT ON audit_entries
BEGIN
  INSERT INTO audit_heads (workspace_id, seq, hash) VALUES (NEW.workspace_id, NEW.seq, NEW.hash)
  ON CONFLICT (workspace_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
END;

CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit: entries are never changed');
END;

CREATE TRIGGER audit_entries_kept BEFORE DELETE ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit: entries are never removed');
END;

-- INSERT OR REPLACE removes what was there without asking the triggers of a removal.
CREATE TRIGGER audit_heads_last BEFORE INSERT ON audit_heads
BEGIN
  SELECT RAISE(ABORT, 'audit: a head is the last entry of its chain')
  WHERE NEW.seq IS NOT (SELECT max(seq) FROM audit_entries WHERE workspace_id = NEW.workspace_id);
END;

CREATE TRIGGER audit_heads_onwards BEFORE UPDATE ON audit_heads
BEGIN
  SELECT RAISE(ABORT, 'audit: a head goes on to the entry after it alone')
  WHERE NEW.workspace_id <> OLD.workspace_id OR NEW.seq <> OLD.seq + 1 OR NOT EXISTS (
    SELECT 1 FROM audit_entries WHERE workspace_id = NEW.workspace_id AND seq = NEW.seq AND hash = NEW.hash
  );
END;

CREATE TRIGGER audit_heads_kept BEFORE DELETE ON audit_heads
BEGIN
  SELECT RAISE(ABORT, 'audit: a head is never removed');
END;
