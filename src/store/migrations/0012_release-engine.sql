-- Up Migration
-- Rises with every replica that takes a release over: what an earlier one still wants to record is refused.
ALTER TABLE lobml.releases ADD COLUMN epoch integer NOT NULL DEFAULT 0;
-- Why the release ended or stopped where it stands: a code and the facts that its sentence needs.
ALTER TABLE lobml.releases ADD COLUMN problem json;

-- Why a step failed or is unclear.
ALTER TABLE lobml.release_steps ADD COLUMN problem json;
-- What a person said about an unclear step: who, when, and whether it was done.
ALTER TABLE lobml.release_steps ADD COLUMN answered jsonb;

CREATE TABLE lobml.known_good_releases (
  release_id   uuid PRIMARY KEY REFERENCES lobml.releases,
  strategy     text NOT NULL,
  target       text NOT NULL,
  -- Per host: the artefacts with their hashes and where they are kept, and the strategy's variables.
  hosts        json NOT NULL,
  confirmed_at timestamptz NOT NULL,
  -- Its kept artefacts are gone: it can no longer be gone back to.
  pruned_at    timestamptz
);

CREATE INDEX known_good_releases_of_target ON lobml.known_good_releases (strategy, target, confirmed_at DESC);

-- Names a replica for as long as it lives; its number is also that of its advisory lock.
CREATE SEQUENCE lobml.replica_number AS integer CYCLE;

CREATE TABLE lobml.replicas (
  replica    integer PRIMARY KEY,
  -- The name under which the job queue knows its locks.
  pool_id    text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now()
);
