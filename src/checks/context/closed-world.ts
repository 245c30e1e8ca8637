import { typoOf } from '../../conversation/spelling.js';
import { isSecretName } from '../../domain/secrets.js';
import type { Runbook } from '../../runbook/runbook.js';
import type { HostEnvironment } from './host-environment.js';

type Declared = Pick<Runbook, 'envPrefix' | 'variables'>;

/** Every variable of the runbook, by full name. */
export const declaredNames = ({ envPrefix, variables }: Declared): readonly string[] =>
  [...variables.keys()].map((name) => `${envPrefix}${name}`);

/** Every variable that the layers set and the runbook does not know, with the strategy's prefix or not. */
export function undeclaredNames({ effective }: HostEnvironment, runbook: Declared): readonly string[] {
  const declared = new Set(declaredNames(runbook));
  return [...effective.keys()].filter((name) => !declared.has(name)).toSorted();
}

/** Of others than the strategy's variables, and of what is called like a secret, only the name is shown or stored. */
export const mayShowValue = (name: string, { envPrefix }: Pick<Runbook, 'envPrefix'>): boolean =>
  name.startsWith(envPrefix) && !isSecretName(name);

/** The declared variable that somebody probably meant, by full name. */
export const typoOfDeclared = (name: string, runbook: Declared): string | undefined =>
  typoOf(name, declaredNames(runbook));
