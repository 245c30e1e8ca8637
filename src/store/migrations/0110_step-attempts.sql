-- Up Migration
-- When a step was first tried, by this database's clock: one that does not succeed calls people.
ALTER TABLE lobml.release_steps ADD COLUMN attempted_at timestamptz;
