-- Up Migration
CREATE TABLE lobml.watches (
  watch_id     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  strategy     text NOT NULL,
  target       text NOT NULL,
  is_on        boolean NOT NULL DEFAULT true,
  -- It goes on by itself then; NULL: when somebody switches it on.
  off_until    timestamptz,
  switched_by  jsonb,
  switched_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- What was seen lately, and which verdict counts.
  state        jsonb NOT NULL,
  every_secs   double precision NOT NULL,
  due_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When it last did what it is there for.
  looked_at    timestamptz,
  -- Why it looked at nothing then.
  resting      text CHECK (resting IN ('release', 'halted')),
  -- When it halted the target by itself.
  halts        jsonb NOT NULL DEFAULT '[]',
  -- A halt that was decided, until it has begun: a bot that dies in between leaves it to the next one.
  halt_wanted  jsonb,
  UNIQUE (strategy, target)
);
COMMENT ON TABLE lobml.watches IS 'Targets that are looked at between releases, one row each.';

CREATE TABLE lobml.watch_episodes (
  episode_id uuid PRIMARY KEY,
  strategy   text NOT NULL,
  target     text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('trouble', 'silent')),
  opened_at  timestamptz NOT NULL,
  episode    jsonb NOT NULL
);
CREATE INDEX watch_episodes_of_target ON lobml.watch_episodes (strategy, target, kind, opened_at DESC);
COMMENT ON TABLE lobml.watch_episodes IS 'What a message of a watch is about: a target was not well, or its watch did not run.';

ALTER TABLE lobml.check_runs
  -- NULL: a person or a release asked for the run. Else the watch did: whether it saw anything else than at its run before.
  ADD COLUMN watch_change boolean,
  -- Of what became of each check.
  ADD COLUMN outcomes_md5 text;
CREATE INDEX check_runs_of_watch ON lobml.check_runs (strategy, target, kind, began_at DESC) WHERE watch_change IS NOT NULL;
