-- Up Migration
-- Of a person's lock: when it ends by itself, by the clock of this database. NULL: when somebody unlocks.
ALTER TABLE lobml.locks ADD COLUMN until timestamptz;
