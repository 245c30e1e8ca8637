-- Up Migration
-- Who confirms a release that lacks only data, with the reason; and why that did not hold, where it did not.
ALTER TABLE lobml.releases ADD COLUMN confirmation jsonb;
