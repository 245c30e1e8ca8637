-- Up Migration
CREATE TABLE lobml.warning_acknowledgements (
  run_id   uuid NOT NULL REFERENCES lobml.check_runs (run_id) ON DELETE CASCADE,
  check_id text NOT NULL,
  person   jsonb NOT NULL,
  at       timestamptz NOT NULL,
  -- The first who takes a warning upon themselves is the one who is named.
  PRIMARY KEY (run_id, check_id)
);

COMMENT ON TABLE lobml.warning_acknowledgements IS 'Which warning of a GO WITH WARNINGS was acknowledged, by whom.';
