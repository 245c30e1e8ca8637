-- 模型训练
--
-- What a model is tried on besides zeros and extremes: the last rows of each symbol. The columns are its features.
SELECT r.bn_obi_5, r.bn_obi_10, r.bn_spread_bps, r.bn_bid_volume, r.bn_ask_volume, r.bn_momentum,
       r.bn_price_change_1s, r.bn_price_change_5s, r.bn_mid_price, r.bn_best_bid, r.bn_best_ask,
       r.pm_yes_price, r.pm_no_price
FROM unnest(${symbols}::text[]) AS w(symbol)
CROSS JOIN LATERAL (
  SELECT * FROM sync_records s
  WHERE s.symbol >= w.symbol AND s.symbol <= w.symbol AND s.timestamp <= ${asOf}::timestamptz
  ORDER BY s.symbol DESC, s.timestamp DESC LIMIT 8) r
