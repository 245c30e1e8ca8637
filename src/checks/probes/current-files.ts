import { posix } from 'node:path';
import type { ObservedRow } from '../../domain/check-run.js';
import type { FileStat, ProcessFacts, ServiceStatus } from '../../hosts/host.js';
import type { CheckContext, HostAccess, ProbeCall } from '../context/check-context.js';
import { type Finding, findingRow, type Subject } from './current-finding.js';

/**
 * When the process itself began: what a step before it fetched (ExecStartPre) is what it found. As its manager noted it,
 * or as its age has it, which a step of the host's clock since then does not touch: the earlier of the two, so that
 * nothing written since counts as older. A manager that tells whole seconds rounds them down.
 */
function startOf(
  { mainStartedAt, activeSince }: ServiceStatus,
  facts: ProcessFacts | undefined,
): Date | undefined {
  const noted = mainStartedAt ?? activeSince;
  const told = [
    ...(noted === undefined ? [] : [noted.getTime() + (noted.getMilliseconds() === 0 ? 999 : 0)]),
    ...(facts?.startedAt === undefined ? [] : [facts.startedAt.getTime()]),
  ];
  return told.length === 0 ? undefined : new Date(Math.min(...told));
}

/** The model and the program of the present process. */
export async function fileRows(
  access: HostAccess,
  status: ServiceStatus,
  context: CheckContext,
  call: ProbeCall,
): Promise<readonly ObservedRow[]> {
  const { host, settings } = access;
  const variable = context.runbook.model && `${context.runbook.envPrefix}${context.runbook.model.path}`;
  const asked = { ...call, program: settings.binary, asksStart: true };
  const [environment, facts, released] = await Promise.all([
    variable === undefined ? undefined : host.service.processEnvironment(status.mainPid, [variable], call),
    host.service.processFacts(status.mainPid, asked),
    context.releasedFiles(host.name),
  ]);
  const start = startOf(status, facts);
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
