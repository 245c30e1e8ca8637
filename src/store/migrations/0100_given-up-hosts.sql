-- Up Migration
-- The hosts that a release goes on without: who gave each up, when and why.
ALTER TABLE lobml.releases ADD COLUMN given_up jsonb NOT NULL DEFAULT '[]';
