import { isSecretName } from '../../domain/secrets.js';
import { typoOf } from '../../domain/spelling.js';
import type { Declarations } from '../../runbook/runbook.js';
import type { HostEnvironment } from './host-environment.js';

/** Every variable of the runbook, by full name. */
export const declaredNames = ({ envPrefix, variables, systemVariables }: Declarations): readonly string[] => [
  ...[...variables.keys()].map((name) => `${envPrefix}${name}`),
  ...(systemVariables?.keys() ?? []),
];

/** Every variable that the layers set and the runbook does not know, with the strategy's prefix or not. */
export function undeclaredNames({ effective }: HostEnvironment, runbook: Declarations): readonly string[] {
  const declared = new Set(declaredNames(runbook));
  return [...effective.keys()].filter((name) => !declared.has(name)).toSorted();
}

/** Of others than these and the strategy's variables, and of what is called like a secret, only the name is shown or stored. */
export const mayShowValue = (
  name: string,
  { envPrefix, systemVariables }: Pick<Declarations, 'envPrefix' | 'systemVariables'>,
): boolean => (name.startsWith(envPrefix) || systemVariables?.has(name) === true) && !isSecretName(name);

/** The declared variable that somebody probably meant, by full name. */
export const typoOfDeclared = (name: string, runbook: Declarations): string | undefined =>
  typoOf(name, declaredNames(runbook));
