import type { HostFault } from './faults.js';
import type { OrderMetadata } from './trading-data/order-metadata.js';
import { PREVIOUS_MODEL_VERSION } from './trading-data/strategy.js';

/** The true metadata is kept beside the falsified one, so that the end of an incident can restore it. */
export const TRUTH_KEY = 'sandbox_truth';
/** The reason of the decisions that a block storm blocks, and of no other. */
export const STORM_REASON = 'daily_loss_limit';
const KEYS = ['model_type', 'model_version', 'p_up_blend_w_model', 'p_up_blend_w_window'] as const;

/** An entry's metadata with the faults applied; unchanged without one. */
export function falsify(metadata: OrderMetadata, faults: ReadonlySet<HostFault>): OrderMetadata {
  const { [TRUTH_KEY]: kept, ...shown } = metadata;
  const truth: OrderMetadata = kept === undefined ? pick(shown) : JSON.parse(kept);
  const told = { ...truth, ...untruths(faults) };
  const rest = Object.fromEntries(Object.entries(shown).filter(([key]) => !isKey(key)));
  if (faults.has('metadata_missing')) return { ...rest, [TRUTH_KEY]: JSON.stringify(truth) };
  if (JSON.stringify(told) === JSON.stringify(truth)) return { ...rest, ...truth };
  return { ...rest, ...told, [TRUTH_KEY]: JSON.stringify(truth) };
}

function untruths(faults: ReadonlySet<HostFault>): OrderMetadata {
  return {
    ...(faults.has('old_model_version') ? { model_version: PREVIOUS_MODEL_VERSION } : {}),
    ...(faults.has('wrong_weights')
      ? { p_up_blend_w_model: '0.600000', p_up_blend_w_window: '0.400000' }
      : {}),
  };
}

const isKey = (key: string): boolean => KEYS.some((known) => known === key);

function pick(metadata: OrderMetadata): OrderMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => isKey(key)));
}
