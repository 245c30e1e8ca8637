import { posix } from 'node:path';
import type { ObservedRow } from '../../domain/check-run.js';
import type { FileStat, ProcessFacts } from '../../hosts/host.js';
import type { CheckContext, HostAccess, ProbeCall } from '../context/check-context.js';
import { type Finding, findingRow, type Subject } from './current-finding.js';

/** The present process of a service. */
export interface PresentProcess {
  readonly mainPid: number;
  readonly facts: ProcessFacts | undefined;
  /** By the host's clock; undefined: nobody says. */
  readonly start: Date | undefined;
}

/** The model and the program of the present process. */
export async function fileRows(
  access: HostAccess,
  { mainPid, facts, start }: PresentProcess,
  context: CheckContext,
  call: ProbeCall,
): Promise<readonly ObservedRow[]> {
  const { host } = access;
  const variable = context.runbook.model && `${context.runbook.envPrefix}${context.runbook.model.path}`;
  const [environment, released] = await Promise.all([
    variable === undefined ? undefined : host.service.processEnvironment(mainPid, [variable], call),
    context.releasedFiles(host.name),
  ]);
  const looked = async (subject: Subject, path: string) => {
    const stat = await host.stat(path, call);
    const wanted = released.get(posix.normalize(path));
    const isReleased =
      wanted && stat?.kind === 'file' ? wanted.includes(await host.sha256(path, call)) : undefined;
    const finding = findingOf(stat, start, isReleased);
    return findingRow(access, subject, finding, { path, changedAt: latestOf(stat) });
  };
  const modelPath = (variable && environment?.get(variable)?.trim()) ?? '';
  const model = modelPath.startsWith('/')
    ? looked('model', modelPath)
    : findingRow(access, 'model', 'not_told', { path: modelPath });
  return Promise.all([...(variable === undefined ? [] : [model]), programRow(access, facts, looked, call)]);
}

const latestOf = (stat: FileStat | undefined): Date =>
  new Date(Math.max(stat?.modifiedAt.getTime() ?? 0, stat?.changedAt.getTime() ?? 0));

/** @param isReleased whether it has the bytes of a release; undefined: none of that path was confirmed. */
function findingOf(
  stat: FileStat | undefined,
  start: Date | undefined,
  isReleased: boolean | undefined,
): Finding {
  if (stat === undefined) return 'missing';
  if (start === undefined) return 'not_told';
  if (stat.modifiedAt > start) return isReleased ? 'moved' : 'newer';
  if (isReleased === false) return stat.changedAt > start ? 'newer' : 'other_bytes';
  return stat.changedAt > start && isReleased === undefined ? 'moved' : 'found';
}

async function programRow(
  access: HostAccess,
  facts: ProcessFacts | undefined,
  looked: (subject: Subject, path: string) => Promise<ObservedRow>,
  call: ProbeCall,
): Promise<ObservedRow> {
  const { binary } = access.settings;
  const program = facts?.program;
  const row = (finding: Finding) =>
    findingRow(access, 'program', finding, { path: binary ?? program?.path ?? '' });
  if (facts === undefined || program === undefined) return row('not_told');
  if (program.isDeleted) return row('deleted');
  if (binary === undefined) return row('found');
  // A script is run by an interpreter, which is another file.
  if (program.isNamed && program.path !== binary) return looked('program', binary);
  const stat = await access.host.stat(binary, call);
  if (stat === undefined) return row('missing');
  if (program.identity === stat.identity) return looked('program', binary);
  if (program.path !== stat.realPath && program.path !== binary) return row('other_program');
  return program.identity === undefined ? looked('program', binary) : row('other_file');
}
