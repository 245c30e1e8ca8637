-- Up Migration
-- What has ended the trouble that a release has left: a later release, or a halt that was verified.
ALTER TABLE lobml.releases ADD COLUMN resolved jsonb;
