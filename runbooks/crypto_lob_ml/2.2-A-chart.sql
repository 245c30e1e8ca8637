-- A) sync_records 数据新鲜度（核心输入）
--
-- How far each symbol was behind at each of the last twenty minutes; 120 stands for 120 s or more.
SELECT (-p.minute)::text AS label, w.symbol AS series,
       ROUND(LEAST(COALESCE(EXTRACT(EPOCH FROM p.at - m.last_ts), 120), 120), 1) AS value
FROM (SELECT minute, ${asOf}::timestamptz - make_interval(mins => minute) AS at FROM generate_series(0, 19) minute) p
CROSS JOIN unnest(${symbols}::text[]) AS w(symbol)
LEFT JOIN LATERAL (
  SELECT r.timestamp AS last_ts FROM sync_records r
  WHERE r.symbol >= w.symbol AND r.symbol <= w.symbol AND r.timestamp > '-infinity' AND r.timestamp <= p.at
  ORDER BY r.symbol DESC, r.timestamp DESC LIMIT 1) m ON TRUE
ORDER BY p.minute DESC, w.symbol
