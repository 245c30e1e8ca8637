import { z } from 'zod';
import { sha256Of } from '../../machine/sha256.js';
import { SOURCE_QUERY, sourceFault } from '../../trading/source-state.js';
import { defineProbe } from '../context/probe-kind.js';
import { CLOCK_COLUMNS, observeClocks } from './clocks.js';

/**
 * Whether the trading database that answers can know the newest rows: a standby whose replay stands still finds no bad
 * row whatever happens. `clocks`: those of bot, databases and hosts beside each other. One row: what the server is, how far it lags, and why it proves nothing (`problem`).
 */
export const sourceProbe = defineProbe({
  kind: 'source',
  needs: 'trading_database',
  keys: { source: z.enum(['current', 'clocks']), tolerance: z.string().min(1) },
  columns: [
    ...'role is_current problem lag_secs max_lag_secs is_paused is_read_only is_pooled'.split(' '),
    ...CLOCK_COLUMNS,
  ],
  beside: { tolerance: 'source' },
  compile({ source, tolerance }, { parameter, fault }) {
    if (source !== 'clocks') return { toleranceSecs: undefined };
    if (tolerance === undefined) return fault({ code: 'tolerance_missing', facts: {} });
    const toleranceSecs = parameter(tolerance);
    return toleranceSecs === undefined ? undefined : { toleranceSecs };
  },
  async observe({ toleranceSecs }, context, call) {
    if (toleranceSecs !== undefined) return observeClocks(context, toleranceSecs);
    const evidence = { probe: 'source', sql: SOURCE_QUERY, sha256: sha256Of(SOURCE_QUERY) };
    call.noteEvidence?.(evidence);
    const state = await context.source();
    const problem = sourceFault(state) ?? '';
    const row = {
      role: state.role,
      is_current: problem === '',
      problem,
      lag_secs: state.role === 'primary' ? 0 : (state.lagSecs ?? null),
      max_lag_secs: state.maxLagSecs ?? null,
      is_paused: state.isPaused,
      is_read_only: state.isReadOnly,
      is_pooled: state.isPooled,
    };
    return { rows: [row], evidence, observedAt: context.now().toISOString() };
  },
});
