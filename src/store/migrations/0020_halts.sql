-- Up Migration
CREATE TABLE lobml.halts (
  halt_id      uuid PRIMARY KEY,
  strategy     text NOT NULL,
  target       text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('disable', 'stop', 'previous_model')),
  state        text NOT NULL CHECK (state IN ('halting', 'verified', 'not_verified')),
  requested_by jsonb NOT NULL,
  requested_at timestamptz NOT NULL,
  ended_at     timestamptz,
  -- Which process works on it, and when it last gave a sign of life.
  owner        text NOT NULL,
  alive_at     timestamptz NOT NULL,
  -- The whole state and the messages that show it, so that any replica can go on.
  record       json NOT NULL
);

COMMENT ON TABLE lobml.halts IS 'Every use of the kill switch, with its proof.';

CREATE INDEX halts_of_target ON lobml.halts (strategy, target, requested_at DESC);
-- Of several replicas one carries it out.
CREATE UNIQUE INDEX halts_live ON lobml.halts (strategy, target) WHERE ended_at IS NULL;
