import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { isRecord } from '../domain/canonical-json.js';
import { ConfigurationError, type ConfigurationFault } from '../runbook/configuration-fault.js';
import { loadTargets, parseTargets, type Target, type Targets } from '../runbook/targets.js';

interface TargetsForHalt {
  readonly targets: Targets;
  /** What is wrong with the rest of the file. */
  readonly faults: readonly ConfigurationFault[];
}

/** What a halt needs of a target; the rest may be at fault. */
const HALTING_KEYS = ['hosts', 'service', 'environmentFiles', 'writtenEnvironmentFile'];
const HELPFUL_KEYS = ['strategy', 'accountId', 'dryRun', 'models', 'binary', 'watch', 'venue', 'channels'];
const ANYBODY = { operators: ['U0'] };

/**
 * The targets that a halt can read, each by itself: a fault in another one, in the roles or in who approves stops no
 * kill switch. Only a terminal may use it, where the account of the machine decides and not the roles.
 * @throws ConfigurationError with every fault where the file is no YAML, or not one target can be read.
 */
export async function loadTargetsForHalt(file: string): Promise<TargetsForHalt> {
  try {
    return { targets: await loadTargets(file), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const source = await readFile(file, 'utf8').then(parse, () => undefined);
    const readable = readableTargets(file, isRecord(source) ? source['targets'] : undefined);
    if (!isRecord(source) || readable.size === 0) throw error;
    const targets: Targets = {
      file,
      sha256: '',
      defaultTarget: String(source['defaultTarget'] ?? ''),
      roles: { requesters: [], operators: [], admins: [] },
      groups: new Map(),
      accounts: new Map(),
      targets: readable,
      everyName: [...readable.keys()],
      every: [...readable.values()],
      strategyFault: (_target, fault) => [{ file, fault }],
      watchFault: (_target, _key, _index, fault) => [{ file, fault }],
    };
    return { targets, faults: error.faults };
  }
}

function readableTargets(file: string, sources: unknown): ReadonlyMap<string, Target> {
  if (!isRecord(sources)) return new Map();
  return new Map(
    Object.entries(sources).flatMap(([name, source]) => {
      const target = readTarget(file, name, source);
      return target === undefined ? [] : [[name, target] as const];
    }),
  );
}

function readTarget(file: string, name: string, source: unknown): Target | undefined {
  if (!isRecord(source)) return undefined;
  const every = [...HALTING_KEYS, ...HELPFUL_KEYS];
  return (
    parseAlone(every) ??
    parseAlone(every.filter((key) => key !== 'venue')) ??
    parseAlone([...HALTING_KEYS, 'venue']) ??
    parseAlone(HALTING_KEYS)
  );

  function parseAlone(keys: readonly string[]): Target | undefined {
    const part = Object.entries(source as object).filter(([key]) => keys.includes(key));
    const target = { ...Object.fromEntries(part), approval: { quorum: 1 } };
    const alone = { defaultTarget: name, roles: ANYBODY, targets: { [name]: target } };
    try {
      // JSON is YAML.
      return parseTargets(file, Buffer.from(JSON.stringify(alone))).targets.get(name);
    } catch {
      return undefined;
    }
  }
}
