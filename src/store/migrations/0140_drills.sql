-- Up Migration
CREATE TABLE lobml.drills (
  drill_id     uuid PRIMARY KEY,
  strategy     text NOT NULL,
  target       text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('real', 'rehearsal')),
  state        text NOT NULL CHECK (state IN ('acting', 'waiting', 'good', 'failed', 'broken_off')),
  requested_by jsonb NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  -- The halt of a real one. No foreign key: the halt is written down by its own store, sooner or later.
  halt_id      uuid,
  parts        jsonb NOT NULL,
  seen_by      jsonb,
  -- Its process says that it lives; silent for so long, the drill is broken off.
  alive_until  timestamptz NOT NULL,
  ended_at     timestamptz
);

-- One drill a target at a time, whoever begins it, on whichever replica.
CREATE UNIQUE INDEX drills_live ON lobml.drills (strategy, target) WHERE ended_at IS NULL;
CREATE INDEX drills_newest ON lobml.drills (strategy, target, requested_at DESC);

COMMENT ON TABLE lobml.drills IS 'Drills of the kill switch: what each proved, and how long each part took.';
