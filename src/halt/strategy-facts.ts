import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { isRecord } from '../domain/canonical-json.js';
import { ConfigurationError } from '../runbook/configuration-fault.js';

/** All that a halt needs of the runbook. */
export interface StrategyFacts {
  readonly strategy: string;
  readonly agentId: string;
  readonly envPrefix: string;
}

/**
 * Reads the three names and nothing else: a runbook with faults elsewhere, or that is no valid YAML at all, must not
 * prevent a halt. @throws ConfigurationError when the prefix of the variables cannot be found.
 */
export async function loadStrategyFacts(file: string): Promise<StrategyFacts> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw fault(
      file,
      'the runbook cannot be read, so the enable flag’s name is unknown: set RUNBOOK_FILE',
      '无法读取 runbook，因此不知道启用开关的名称：请设置 RUNBOOK_FILE',
    );
  }
  return parseStrategyFacts(file, text);
}

/** @throws ConfigurationError */
export function parseStrategyFacts(file: string, text: string): StrategyFacts {
  const fields = topLevelFields(text);
  const field = (name: string) => fields.get(name) ?? lineField(text, name);
  const envPrefix = field('envPrefix');
  if (envPrefix === undefined || !/^[A-Z][A-Z0-9_]*$/.test(envPrefix)) {
    throw fault(
      file,
      '`envPrefix` is missing or is no prefix, so the enable flag’s name is unknown',
      '`envPrefix` 缺失或不是前缀，因此不知道启用开关的名称',
    );
  }
  const strategy = field('strategy') ?? envPrefix.toLowerCase().replace(/_+$/, '');
  return { strategy, agentId: field('agentId') ?? strategy, envPrefix };
}

export const enableFlag = ({ envPrefix }: Pick<StrategyFacts, 'envPrefix'>): string => `${envPrefix}ENABLED`;

function topLevelFields(text: string): ReadonlyMap<string, string> {
  try {
    const value: unknown = parseDocument(text).toJS({ maxAliasCount: 100 });
    if (!isRecord(value)) return new Map();
    return new Map(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return new Map();
  }
}

/** `name: value` at the start of a line, for a text that no YAML parser takes. */
function lineField(text: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*["']?([\\w.-]+)["']?[ \\t]*(?:#.*)?$`, 'm').exec(text)?.[1];
}

const fault = (file: string, message: string, chinese: string) =>
  new ConfigurationError([{ file, message, chinese }]);
