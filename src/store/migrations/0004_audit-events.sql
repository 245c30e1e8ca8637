-- Up Migration
CREATE TABLE lobml.audit_events (
  strategy        text NOT NULL,
  -- The place in the strategy's chain, from 1, without gaps.
  position        bigint NOT NULL CHECK (position > 0),
  -- Given where the event happens, also in the local journal: moving an event in twice makes one row.
  event_id        uuid NOT NULL UNIQUE,
  kind            text NOT NULL,
  target          text,
  actor           jsonb NOT NULL,
  occurred_at     timestamptz NOT NULL,
  reason          text,
  -- Before, after and the like. json, not jsonb: the hash is over the text as it was written.
  details         json NOT NULL,
  previous_sha256 text NOT NULL,
  sha256          text NOT NULL,
  PRIMARY KEY (strategy, position)
);

COMMENT ON TABLE lobml.audit_events IS 'Who did what, when and why; each row''s hash covers the row before it.';

CREATE INDEX audit_events_of_target ON lobml.audit_events (strategy, target, position DESC);
