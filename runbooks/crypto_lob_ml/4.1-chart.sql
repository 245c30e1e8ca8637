-- 4.1 执行概览
--
-- Ten intervals before the start of the window and ten in it: where the process is younger than the look-back, the
-- deploy stands in the middle.
WITH span AS (
  SELECT ${windowFrom}::timestamptz AS middle,
         NULLIF(EXTRACT(EPOCH FROM ${windowTo}::timestamptz - ${windowFrom}::timestamptz)::float8, 0) / 10 AS step
), event AS (
  SELECT e.executed_at AS at,
         CASE e.metadata->>'signal_type' WHEN ${entrySignal} THEN 'entries' WHEN ${exitSignal} THEN 'exits' END AS series
  FROM agent_order_executions e
  WHERE e.agent_id = ${agentId} AND (${accountId}::text IS NULL OR e.account_id = ${accountId}::text)
    AND e.dry_run = ${dryRun}::boolean
    AND e.executed_at >= ${windowFrom}::timestamptz - (${windowTo}::timestamptz - ${windowFrom}::timestamptz)
    AND e.executed_at <= ${windowTo}::timestamptz
  UNION ALL
  SELECT d.decided_at, 'BLOCKED'
  FROM risk_gate_decisions d
  WHERE d.agent_id = ${agentId} AND (${accountId}::text IS NULL OR d.account_id = ${accountId}::text)
    AND d.decision = 'BLOCKED'
    AND d.decided_at >= ${windowFrom}::timestamptz - (${windowTo}::timestamptz - ${windowFrom}::timestamptz)
    AND d.decided_at <= ${windowTo}::timestamptz
), counted AS (
  SELECT LEAST(FLOOR(EXTRACT(EPOCH FROM event.at - span.middle)::float8 / span.step), 9)::int AS place,
         event.series, COUNT(*) AS cnt
  FROM event CROSS JOIN span WHERE event.series IS NOT NULL GROUP BY 1, 2
)
SELECT CASE WHEN span.step >= 60 THEN ROUND((place * span.step / 60)::numeric, 1)::float8 || 'm'
            WHEN span.step >= 1 THEN ROUND(place * span.step) || 's'
            -- A window of a few seconds: enough decimals that no two intervals have one label.
            ELSE ROUND((place * span.step)::numeric, 3)::float8 || 's' END AS label,
       kind.series, COALESCE(counted.cnt, 0) AS value
FROM generate_series(-10, 9) place
CROSS JOIN span
CROSS JOIN (VALUES (1, 'entries'), (2, 'exits'), (3, 'BLOCKED')) AS kind(rank, series)
LEFT JOIN counted USING (place, series)
WHERE span.step IS NOT NULL
ORDER BY place, kind.rank
