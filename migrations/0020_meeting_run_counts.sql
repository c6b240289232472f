-- Runs about meetings are counted for a workspace by when they ended.
CREATE INDEX meeting_runs_by_end ON meeting_runs (workspace_id, finished_at);
