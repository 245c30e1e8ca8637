-- Up Migration
-- When its message showed how it ended; a bot that was killed in between, or that Slack refused, leaves it to the next try.
ALTER TABLE lobml.trainings ADD COLUMN shown_at timestamptz;
UPDATE lobml.trainings SET shown_at = ended_at WHERE ended_at IS NOT NULL;
