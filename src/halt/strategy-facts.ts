import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { ZodType } from 'zod';
import { isRecord } from '../domain/canonical-json.js';
import { ConfigurationError } from '../runbook/configuration-fault.js';
import {
  flagSchema,
  haltSchema,
  modelSchema,
  ordersSchema,
  type StrategyContract,
  startLogSchema,
} from '../runbook/strategy-contract.js';

/** All that a halt needs of the runbook. */
export type StrategyFacts = StrategyContract;

/**
 * Reads the strategy's contract and nothing else: a runbook with faults elsewhere, or that is no valid YAML at all, must
 * not prevent a halt. What of the contract itself cannot be read is left out, as long as the flag's name is known.
 * @throws ConfigurationError when it is not.
 */
export async function loadStrategyFacts(file: string): Promise<StrategyFacts> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new ConfigurationError([{ file, fault: { code: 'runbook_unreadable_for_halt', facts: {} } }]);
  }
  return parseStrategyFacts(file, text);
}

/** @throws ConfigurationError */
export function parseStrategyFacts(file: string, text: string): StrategyFacts {
  const whole = recordOf(text);
  // One by one, so that a fault of one key costs the others nothing.
  const read = <T>(key: string, schema: ZodType<T>): T | undefined => {
    for (const value of [whole[key], recordOf(blockOf(text, key))[key]]) {
      const answer = schema.safeParse(value);
      if (answer.success) return answer.data;
    }
    return undefined;
  };
  const name = (key: string) => {
    const value = whole[key];
    return typeof value === 'string' ? value : lineField(text, key);
  };
  const envPrefix = name('envPrefix');
  if (envPrefix === undefined || !/^[A-Z][A-Z0-9_]*$/.test(envPrefix)) {
    throw new ConfigurationError([{ file, fault: { code: 'prefix_missing', facts: {} } }]);
  }
  const flag = read('flag', flagSchema);
  if (flag === undefined) {
    throw new ConfigurationError([{ file, fault: { code: 'flag_missing', facts: {} } }]);
  }
  const strategy = name('strategy') ?? envPrefix.toLowerCase().replace(/(?<!_)_+$/, '');
  return {
    strategy,
    agentId: name('agentId') ?? strategy,
    envPrefix,
    flag,
    model: read('model', modelSchema),
    orders: read('orders', ordersSchema),
    startLog: read('startLog', startLogSchema),
    halt: haltFacts(read, `${envPrefix}${flag.variable}`, envPrefix),
  };
}

type ReadKey = <T>(key: string, schema: ZodType<T>) => T | undefined;

/**
 * What is wrong with the values that end entries alone costs the rest nothing. Nothing may ever turn the strategy on by
 * their name, and none may go where nobody reads it: then they are not offered.
 */
function haltFacts(read: ReadKey, enableFlag: string, envPrefix: string): StrategyFacts['halt'] {
  const rest = haltSchema.omit({ closeOnly: true }).strip();
  const halt = read('halt', haltSchema) ?? read('halt', rest) ?? haltSchema.parse({});
  const { closeOnly, ...others } = { closeOnly: undefined, ...halt };
  const names = Object.keys(closeOnly ?? {});
  const isOffered =
    names.length > 0 && names.every((name) => name !== enableFlag && name.startsWith(envPrefix));
  return isOffered ? { ...others, closeOnly } : others;
}

/** What can be read of a text as YAML; nothing where it is no map. */
function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parseDocument(text).toJS({ maxAliasCount: 100 });
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** A key at the start of a line with all that stands below it, for a text that no YAML parser takes as a whole. */
const blockOf = (text: string, key: string): string =>
  new RegExp(`^${key}:.*(?:\\n(?:[ \\t].*)?)*`, 'm').exec(text)?.[0] ?? '';

/** `name: value` at the start of a line. */
function lineField(text: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*["']?([\\w.-]+)["']?[ \\t]*(?:#.*)?$`, 'm').exec(text)?.[1];
}
