-- A) sync_records 数据新鲜度（核心输入）
--
-- One row a symbol that has rows. `>= AND <=` instead of `=` keeps the two-column order real, so that a symbol without
-- rows never sends the planner through the whole (timestamp) index: the checklist's own form reads every row.
SELECT w.symbol, m.last_ts,
       -- A time stamp may be infinite: its lag is no number then (a difference of the two would be an error before
       -- PostgreSQL 17), and it is a row from the future.
       EXTRACT(EPOCH FROM ${asOf}::timestamptz) - EXTRACT(EPOCH FROM m.last_ts) AS lag_secs,
       f.rows_5m, f.rows_future
FROM unnest(${symbols}::text[]) AS w(symbol)
CROSS JOIN LATERAL (
  SELECT r.timestamp AS last_ts FROM sync_records r
  WHERE r.symbol >= w.symbol AND r.symbol <= w.symbol AND r.timestamp > '-infinity'
    AND r.timestamp <= COALESCE(${rowsUntil}::timestamptz, 'infinity')
  ORDER BY r.symbol DESC, r.timestamp DESC LIMIT 1) m
CROSS JOIN LATERAL (
  SELECT COUNT(*) AS rows_5m,
         COUNT(*) FILTER (
           WHERE r.timestamp > ${now} + make_interval(secs => ${clockToleranceSecs}::float8)) AS rows_future
  FROM sync_records r
  WHERE r.symbol = w.symbol AND r.timestamp >= ${asOf}::timestamptz - INTERVAL '5 minutes'
    AND r.timestamp <= COALESCE(${rowsUntil}::timestamptz, 'infinity')) f
ORDER BY w.symbol
