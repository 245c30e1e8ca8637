-- Up Migration
ALTER TABLE lobml.messages
  -- Which of the subject's messages it is. A copy is shown as the subject's first message.
  ADD COLUMN role text NOT NULL DEFAULT 'copy',
  -- Of the messages of one series the newest alone is no history.
  ADD COLUMN series text,
  -- The language that it was posted in; NULL: the installation's.
  ADD COLUMN locale text,
  -- When it was last changed: Slack takes no more than one change in 1.2 s.
  ADD COLUMN shown_at timestamptz;
COMMENT ON COLUMN lobml.messages.subject IS 'run:ID, request:ID, release:ID or training:ID.';
COMMENT ON COLUMN lobml.messages.run_id IS 'No longer used: the subject says it.';
CREATE INDEX messages_of_series ON lobml.messages (series, reserved_at) WHERE superseded_at IS NULL;

-- Also what a replica of the version before still writes during an upgrade. Keys stay: messages that stand carry them.
CREATE FUNCTION lobml.name_message_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.run_id IS NOT NULL THEN
    NEW.role := 'report';
    NEW.series := NEW.subject;
    NEW.subject := 'run:' || NEW.run_id;
  ELSIF NEW.subject LIKE 'release request %' THEN
    NEW.role := CASE NEW.key WHEN NEW.subject || ' request' THEN 'request'
                  WHEN NEW.subject || ' brokenGlass' THEN 'broken_glass' ELSE 'copy' END;
    NEW.subject := 'request:' || substr(NEW.subject, length('release request ') + 1);
  ELSIF NEW.subject LIKE 'release %' THEN
    NEW.role := substr(NEW.key, length(NEW.subject) + 2);
    NEW.subject := 'release:' || substr(NEW.subject, length('release ') + 1);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER name_subject BEFORE INSERT OR UPDATE OF subject ON lobml.messages
  FOR EACH ROW EXECUTE FUNCTION lobml.name_message_subject();
UPDATE lobml.messages SET subject = subject;

-- A training's message stands in the table of messages like all others.
CREATE FUNCTION lobml.keep_training_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO lobml.messages (key, subject, role, channel, ts, locale, reserved_at)
  VALUES ('training:' || NEW.training_id || ' training', 'training:' || NEW.training_id, 'training', NEW.channel,
    NEW.message_ts, NEW.locale, NEW.created_at)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_message AFTER INSERT OR UPDATE OF message_ts ON lobml.trainings
  FOR EACH ROW WHEN (NEW.message_ts IS NOT NULL) EXECUTE FUNCTION lobml.keep_training_message();
UPDATE lobml.trainings SET message_ts = message_ts WHERE message_ts IS NOT NULL;
COMMENT ON COLUMN lobml.trainings.message_ts IS 'No longer used, as channel and shown_at: see the messages.';

-- An end that no bot could show yet is shown by the next.
DO $$
BEGIN
  IF to_regclass('graphile_worker.jobs') IS NOT NULL THEN
    PERFORM graphile_worker.add_job('message', json_build_object('subject', 'training:' || training_id),
      queue_name := 'messages 0', job_key := 'message training:' || training_id, max_attempts := 30000)
    FROM lobml.trainings
    WHERE ended_at > now() - interval '1 day' AND shown_at IS NULL AND message_ts IS NOT NULL;
  END IF;
END $$;
