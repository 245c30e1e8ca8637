-- 数据源明显滞后（collector 异常）
--
-- Rows keep coming, but do they say something new? From the last change of a price to the last row, of the last five
-- minutes. A price that is no number is no price: it is counted, and changes nothing.
SELECT w.symbol, s.samples, s.last_change, s.no_price,
       EXTRACT(EPOCH FROM s.last_ts - COALESCE(s.last_change, s.first_ts)) AS unchanged_secs
FROM unnest(${symbols}::text[]) AS w(symbol)
CROSS JOIN LATERAL (
  SELECT COUNT(*) AS samples, MIN(p.timestamp) AS first_ts, MAX(p.timestamp) AS last_ts,
         MAX(p.timestamp) FILTER (WHERE p.is_price AND p.prices <> p.earlier) AS last_change,
         COUNT(*) FILTER (WHERE NOT p.is_price) AS no_price
  FROM (
    SELECT t.timestamp, t.prices, t.is_price,
           LAG(t.prices) OVER (PARTITION BY t.is_price ORDER BY t.timestamp) AS earlier
    FROM (
      SELECT r.timestamp, ARRAY[r.bn_mid_price, r.bn_best_bid, r.bn_best_ask] AS prices,
             'NaN' NOT IN (r.bn_mid_price, r.bn_best_bid, r.bn_best_ask) AS is_price
      FROM sync_records r
      WHERE r.symbol = w.symbol
        AND r.timestamp >= ${asOf}::timestamptz - INTERVAL '5 minutes' AND r.timestamp <= ${asOf}::timestamptz) t) p) s
WHERE s.samples > 1
ORDER BY w.symbol
