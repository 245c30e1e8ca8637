import { describe, expect, test } from '@jest/globals';
import { compareCommand } from '../../src/hosts/managers/loaded-command.js';
import { parseServiceDefinition } from '../../src/hosts/managers/service-definition.js';

const START = new Date('2026-03-01T12:00:00.000Z');
const [EARLIER, LATER] = [-1, 1].map((ms) => new Date(START.getTime() + ms));
const PLOY = '/opt/ploy/bin/ploy';

const program = (path: string) => ({ path, isDeleted: false, identity: undefined, isNamed: false });

interface Situation {
  readonly path?: string;
  readonly loaded: string;
  readonly runs: string;
  readonly filesChangedAt?: Date | undefined;
}

const found = ({ path = PLOY, loaded, runs, filesChangedAt }: Situation) => {
  const words = runs.split(' ');
  const command = { path, words: loaded, isOfProcess: false };
  return compareCommand({ command, filesChangedAt }, { words, program: program(words[0] ?? '') }, START);
};

describe('the command of a unit that was read anew since its process began', () => {
  test.each<Situation>([
    { loaded: `${PLOY} run`, runs: `${PLOY} run` },
    { loaded: `${PLOY} run --workload $WORKLOAD \${MORE} -v`, runs: `${PLOY} run --workload live a b -v` },
    { loaded: `${PLOY} cost=$$5`, runs: `${PLOY} cost=$5` },
    { loaded: 'ploy-live run', runs: 'ploy-live run' },
    { path: '/opt/run.sh', loaded: '/opt/run.sh live', runs: '/bin/sh /opt/run.sh live' },
    { path: '/usr/bin/env', loaded: `/usr/bin/env A=1 ${PLOY} run`, runs: `${PLOY} run` },
    { path: '/bin/sh', loaded: `/bin/sh -c exec ${PLOY} run`, runs: `${PLOY} run` },
  ])('is what runs: $loaded', (situation) => {
    expect(found(situation)).toBe('same');
    expect(found({ ...situation, filesChangedAt: EARLIER })).toBe('same');
    expect(found({ ...situation, filesChangedAt: LATER })).toBe('unit_changed');
  });

  test.each<Situation>([
    { loaded: `${PLOY} run`, runs: `${PLOY} run --live` },
    { loaded: `${PLOY} run --live`, runs: `${PLOY} run` },
    { loaded: `${PLOY} run --workload $WORKLOAD -v`, runs: `${PLOY} run --workload live` },
    { loaded: `${PLOY} $A x $B y`, runs: `${PLOY} 1 y` },
    { path: '/usr/bin/ploy', loaded: '/usr/bin/ploy run', runs: '/bin/ploy walk' },
  ])('is another one: $loaded for $runs', (situation) => {
    for (const filesChangedAt of [undefined, EARLIER, LATER])
      expect(found({ ...situation, filesChangedAt })).toBe('other_command');
  });

  test('of a launcher only the unit’s files tell, and where nobody tells it is no pass', () => {
    const launcher = { path: '/opt/start', loaded: '/opt/start', runs: `${PLOY} run` };
    expect(found(launcher)).toBe('not_told');
    expect(found({ ...launcher, filesChangedAt: EARLIER })).toBe('same');
    expect(found({ ...launcher, filesChangedAt: LATER })).toBe('other_command');
    const command = { path: PLOY, words: PLOY, isOfProcess: false };
    expect(compareCommand({ command }, undefined, START)).toBe('not_told');
  });
});

test('a unit’s command as systemctl prints it, and whether anything was read anew since', () => {
  const told = (pid: number) =>
    parseServiceDefinition(
      `NeedDaemonReload=no\nEnvironment=\nExecStart={ path=${PLOY} ; argv[]=${PLOY} run ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=${pid} ; code=(null) ; status=0/0 }\n`,
    )?.command;
  expect(told(42)).toEqual({ path: PLOY, words: `${PLOY} run`, isOfProcess: true });
  expect(told(0)).toMatchObject({ isOfProcess: false });
});
