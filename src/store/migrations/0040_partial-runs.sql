-- A canary's checkpoint looks at some of a target's hosts: it is neither the target's state nor a baseline.
ALTER TABLE lobml.check_runs ADD COLUMN partial boolean NOT NULL DEFAULT false;
