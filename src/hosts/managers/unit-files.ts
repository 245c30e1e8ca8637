import { posix } from 'node:path';
import type { CommandRunner } from '../command-runner.js';
import type { CallOptions, ServiceDefinition } from '../host.js';

const { basename, dirname } = posix;

/** What systemd writes anew whenever it reads its files. */
const GENERATED = /\/systemd\/generator(?:\.\w+)?\//;

/**
 * When a file of a unit, or a folder of drop-ins, was last changed (ctime); a link and what it leads to.
 * @returns undefined: nobody says.
 */
export async function unitFilesChangedAt(
  runner: CommandRunner,
  { fragment, dropIns }: Pick<ServiceDefinition, 'fragment' | 'dropIns'>,
  call?: CallOptions,
): Promise<Date | undefined> {
  const files = [fragment, ...dropIns].filter((path) => path.startsWith('/') && !GENERATED.test(path));
  if (files.length === 0) return undefined;
  // A drop-in that was taken away shows in its folder alone, which need not be beside the unit's own file.
  const places = [dirname(fragment), '/etc/systemd/system', '/run/systemd/system'];
  const folders = [...places.map((place) => `${place}/${basename(fragment)}.d`), ...dropIns.map(dirname)];
  const paths = [...new Set([...files, ...folders])].filter((path) => !GENERATED.test(`${path}/`));
  const ask = async (...words: string[]) =>
    (await runner.run(['stat', ...words, '-c', '%.3Z', '--', ...paths], call)).stdout.toString('latin1');
  const told = await Promise.all([ask(), ask('-L')]);
  const seconds = told.flatMap((text) => text.split('\n').filter((line) => /^\d+(\.\d+)?$/.test(line)));
  return seconds.length === 0 ? undefined : new Date(Math.max(...seconds.map(Number)) * 1000);
}
