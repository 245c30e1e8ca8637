-- Up Migration
ALTER TABLE lobml.release_requests
  -- What the requester asked for: the plan is worked out from it again before anything is approved or done.
  ADD COLUMN wish json NOT NULL,
  -- NULL where nobody knows the requester's Slack id.
  ADD COLUMN requester_slack_id text,
  -- Which warnings and which drift somebody took upon themselves, and who.
  ADD COLUMN acknowledged json NOT NULL DEFAULT '[]',
  -- What differed when the request was invalidated.
  ADD COLUMN end_changes json NOT NULL DEFAULT '[]',
  ADD COLUMN reviewed_by jsonb,
  ADD COLUMN reviewed_at timestamptz;

-- A run that judged what a release plans says nothing about what stands.
ALTER TABLE lobml.check_runs ADD COLUMN planned boolean NOT NULL DEFAULT false;

-- A release that skipped its approvals blocks the next ordinary one until a second person has looked at it.
CREATE INDEX release_requests_unreviewed ON lobml.release_requests (strategy, target)
  WHERE kind = 'break_glass' AND reviewed_at IS NULL;

CREATE INDEX messages_of_subject ON lobml.messages (subject);
