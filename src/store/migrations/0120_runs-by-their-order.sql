-- Up Migration
-- Which run came later is told by this database's clock: that of a bot may be wrong, and of two bots one may be behind.
ALTER TABLE lobml.check_runs ADD COLUMN began_at timestamptz;
UPDATE lobml.check_runs SET began_at = started_at;
ALTER TABLE lobml.check_runs ALTER COLUMN began_at SET NOT NULL;
ALTER TABLE lobml.check_runs ALTER COLUMN began_at SET DEFAULT clock_timestamp();
DROP INDEX lobml.check_runs_of_kind;
CREATE INDEX check_runs_of_kind ON lobml.check_runs (strategy, target, kind, began_at DESC, run_id DESC);
CREATE INDEX check_runs_as_begun ON lobml.check_runs (strategy, target, began_at DESC);
