-- Up Migration
CREATE TABLE lobml.trainings (
  training_id      uuid PRIMARY KEY,
  strategy         text NOT NULL,
  target           text NOT NULL,
  horizon          text NOT NULL,
  lookback_hours   integer NOT NULL,
  model_name       text NOT NULL,
  -- The trainer is a process of one machine: only a bot there can follow or end it.
  machine          text NOT NULL,
  state            text NOT NULL CHECK (state IN ('checking', 'running', 'judging', 'finished', 'refused', 'failed',
                     'cancelled')),
  requested_by     jsonb NOT NULL,
  locale           text NOT NULL,
  -- Why it was started although the data checks did not pass.
  override_reason  text,
  checks           json NOT NULL DEFAULT '[]',
  progress         json,
  result           json,
  failure          json,
  cancel_requested jsonb,
  channel          text,
  message_ts       text,
  -- The bot that follows it now; another takes over once this has passed.
  follower         uuid,
  followed_until   timestamptz,
  created_at       timestamptz NOT NULL,
  started_at       timestamptz,
  ended_at         timestamptz
);

-- One training a horizon at a time, whoever asks, on whichever replica.
CREATE UNIQUE INDEX trainings_live ON lobml.trainings (strategy, horizon)
  WHERE state IN ('checking', 'running', 'judging');
CREATE INDEX trainings_newest ON lobml.trainings (strategy, created_at DESC);
