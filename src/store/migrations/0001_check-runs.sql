-- Up Migration
CREATE TABLE lobml.check_runs (
  run_id         uuid PRIMARY KEY,
  strategy       text NOT NULL,
  target         text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('precheck', 'verify', 'gonogo')),
  verdict        text NOT NULL CHECK (verdict IN ('GO', 'GO_WITH_WARNINGS', 'HOLD', 'NO_GO')),
  requested_by   jsonb NOT NULL,
  started_at     timestamptz NOT NULL,
  as_of          timestamptz NOT NULL,
  valid_until    timestamptz NOT NULL,
  duration_ms    double precision NOT NULL,
  runbook_sha256 text NOT NULL,
  -- Number of checks by outcome: a page of the history does not open the checks.
  outcome_counts jsonb NOT NULL,
  -- json, not jsonb: keeps the order of an observation's columns, so that a stored report reads as the posted one.
  checks         json NOT NULL
);

COMMENT ON TABLE lobml.check_runs IS 'Every run of a section of the checklist, with the evidence of each check.';

CREATE INDEX check_runs_of_strategy ON lobml.check_runs (strategy, started_at DESC, run_id DESC);
CREATE INDEX check_runs_of_target ON lobml.check_runs (strategy, target, started_at DESC, run_id DESC);
CREATE INDEX check_runs_of_kind ON lobml.check_runs (strategy, target, kind, started_at DESC, run_id DESC);
