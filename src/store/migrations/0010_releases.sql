-- Up Migration
CREATE TABLE lobml.release_requests (
  request_id        uuid PRIMARY KEY,
  strategy          text NOT NULL,
  target            text NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('ordinary', 'break_glass')),
  state             text NOT NULL CHECK (state IN ('open', 'approved', 'executing', 'executed', 'rejected',
                      'withdrawn', 'expired', 'invalidated', 'halted')),
  requested_by      jsonb NOT NULL,
  reason            text NOT NULL,
  -- json, not jsonb: the digest is over its canonical form, and a person reads it in the order it was written.
  plan              json NOT NULL,
  digest            text NOT NULL,
  check_run_id      uuid NOT NULL,
  evidence          json NOT NULL,
  -- The incident (a halt) that this request brings the strategy back from.
  incident_id       uuid,
  created_at        timestamptz NOT NULL,
  quorum_expires_at timestamptz NOT NULL,
  start_expires_at  timestamptz,
  ended_at          timestamptz,
  ended_by          jsonb,
  end_reason        text
);

CREATE INDEX release_requests_of_target ON lobml.release_requests (strategy, target, created_at DESC);
-- A target has one request at a time.
CREATE UNIQUE INDEX release_requests_live ON lobml.release_requests (strategy, target)
  WHERE state IN ('open', 'approved', 'executing');

CREATE TABLE lobml.approvals (
  request_id uuid NOT NULL REFERENCES lobml.release_requests,
  person_id  text NOT NULL,
  person     jsonb NOT NULL,
  decision   text NOT NULL CHECK (decision IN ('approved', 'rejected', 'taken_back')),
  digest     text NOT NULL,
  reason     text,
  decided_at timestamptz NOT NULL,
  -- One person fills one place, however often they click.
  PRIMARY KEY (request_id, person_id)
);

CREATE TABLE lobml.releases (
  release_id       uuid PRIMARY KEY,
  -- Double clicks, duplicated deliveries and two replicas make one release.
  request_id       uuid NOT NULL UNIQUE REFERENCES lobml.release_requests,
  strategy         text NOT NULL,
  target           text NOT NULL,
  state            text NOT NULL CHECK (state IN ('running', 'watching', 'confirmed', 'reverted', 'disabled',
                     'cancelled', 'needs_person', 'halted')),
  plan             json NOT NULL,
  -- What stood before, enough to put it back: per host the environment layer and the artefacts' hashes.
  before           json,
  -- Set by anybody who may stop it; the engine looks before each step.
  cancel_requested jsonb,
  started_at       timestamptz NOT NULL,
  confirm_by       timestamptz NOT NULL,
  ended_at         timestamptz
);

CREATE INDEX releases_of_target ON lobml.releases (strategy, target, started_at DESC);
CREATE UNIQUE INDEX releases_live ON lobml.releases (strategy, target)
  WHERE state IN ('running', 'watching', 'needs_person');

CREATE TABLE lobml.release_steps (
  release_id  uuid NOT NULL REFERENCES lobml.releases,
  position    integer NOT NULL,
  kind        text NOT NULL,
  host        text,
  -- Minutes after the start, for checkpoints.
  checkpoint  double precision,
  state       text NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'skipped', 'unclear')),
  attempts    integer NOT NULL DEFAULT 0,
  -- What was seen before the step acted, and after: never a secret.
  before      json,
  after       json,
  started_at  timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (release_id, position)
);

CREATE TABLE lobml.locks (
  strategy   text NOT NULL,
  target     text NOT NULL,
  -- A person's lock keeps deploys away; a release's lock keeps other releases away.
  kind       text NOT NULL CHECK (kind IN ('person', 'release')),
  holder     jsonb NOT NULL,
  release_id uuid,
  reason     text NOT NULL,
  taken_at   timestamptz NOT NULL,
  PRIMARY KEY (strategy, target, kind)
);
