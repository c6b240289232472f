-- Which runs have not ended, by their lanes, and how many have ended lately: both are asked for every few seconds, and
-- this index alone answers them.
CREATE INDEX runs_by_end ON runs (workspace_id, finished_at, lane, state);
