import { expect, test } from '@jest/globals';
import { unitFilesChangedAt } from '../../src/hosts/managers/unit-files.js';

/** A host on which these paths were changed at these seconds since 1970; -L asks for what a link leads to. */
function hostWith(
  changed: Readonly<Record<string, number>>,
  behindLinks: Readonly<Record<string, number>> = {},
) {
  const asked = new Set<string>();
  const runner = {
    host: 'there',
    async run(command: readonly string[]) {
      const times = command.includes('-L') ? { ...changed, ...behindLinks } : changed;
      const paths = command.slice(command.indexOf('--') + 1);
      for (const path of paths) asked.add(path);
      const lines = paths.flatMap((path) => (times[path] === undefined ? [] : [`${times[path]}.250\n`]));
      return { exitCode: 1, stdout: Buffer.from(lines.join('')), stderr: 'stat: cannot statx …' };
    },
  };
  return { runner, asked };
}

const fragment = '/lib/systemd/system/ploy.service';
const dropIn = '/etc/systemd/system/ploy.service.d/more.conf';
const at = (seconds: number) => new Date(seconds * 1000 + 250);

test.each([
  ['the unit', { [fragment]: 30 }],
  ['a drop-in', { [fragment]: 10, [dropIn]: 30 }],
  ['a drop-in that is gone, by its folder', { [fragment]: 10, '/etc/systemd/system/ploy.service.d': 30 }],
])('a unit was last changed with %s', async (_, changed) => {
  const { runner } = hostWith(changed);
  expect(await unitFilesChangedAt(runner, { fragment, dropIns: [dropIn] })).toEqual(at(30));
  expect(
    await unitFilesChangedAt(hostWith({ [fragment]: 10 }, { [fragment]: 40 }).runner, {
      fragment,
      dropIns: [],
    }),
  ).toEqual(at(40));
});

test('what systemd writes anew whenever it reads its files says nothing, nor does a host that shows none', async () => {
  const generated = '/run/systemd/generator/ploy.service';
  const { runner, asked } = hostWith({ [generated]: 90, [fragment]: 10 });
  expect(await unitFilesChangedAt(runner, { fragment: generated, dropIns: [] })).toBeUndefined();
  expect(await unitFilesChangedAt(runner, { fragment, dropIns: [`${generated}.d/a.conf`] })).toEqual(at(10));
  expect([...asked].filter((path) => path.includes('generator'))).toEqual([]);
  expect(await unitFilesChangedAt(hostWith({}).runner, { fragment, dropIns: [] })).toBeUndefined();
  expect(await unitFilesChangedAt(runner, { fragment: '', dropIns: [] })).toBeUndefined();
});
