-- Up Migration
-- Bots of different strategies may share the database: each shows its own Home, to those who have opened that one.
-- Who had it open before the upgrade sees it anew when they open it next.
ALTER TABLE lobml.home_visitors ADD COLUMN strategy text NOT NULL DEFAULT '';
ALTER TABLE lobml.home_visitors DROP CONSTRAINT home_visitors_pkey, ADD PRIMARY KEY (user_id, strategy);
