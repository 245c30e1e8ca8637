import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import { layerFindings } from '../hosts/environment/unit-layers.js';
import { type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Target } from '../runbook/targets.js';
import { type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';
import type { HostOptions } from './examine-host.js';
import { isAway } from './explain-failure.js';
import { rightsDiagnoses } from './try-rights.js';

const call = { timeoutMs: QUESTION_TIMEOUT_MS };
const CONTENT = Buffer.from('# written and taken away again by lobml doctor\n');

/** Whether a halt could act on a host: everything of it is tried, short of the restart and the flag itself. */
export function examineHaltActs(
  target: Pick<Target, 'name'>,
  settings: TargetHost,
  { hostOf }: Pick<HostOptions, 'hostOf'>,
): Examination {
  const place = `${settings.name} (${target.name})`;
  const subject: Sentence = { code: 'subject_halt_acts', facts: { place } };
  const wayOut: Sentence = { code: 'do_check_host', facts: {} };
  return {
    subject,
    wayOut,
    async examine() {
      const host = hostOf(settings);
      const [files, layers, rights] = await Promise.all([
        filesDiagnoses(host, settings, subject),
        layersDiagnoses(host, settings, subject),
        rightsDiagnoses(host, settings, subject),
      ]);
      return [...files, ...layers, ...rights];
    },
  };
}

/** The file that a halt writes, and every later one, which it writes where that sets the flag otherwise. */
async function filesDiagnoses(
  host: Host,
  { environmentFiles, writtenEnvironmentFile }: TargetHost,
  subject: Sentence,
): Promise<readonly Diagnosis[]> {
  const paths = environmentFiles.map(({ path }) => path);
  const written = paths.slice(Math.max(0, paths.indexOf(writtenEnvironmentFile)));
  const tried = await Promise.all(
    written.map(async (path) => ({ path, fault: await faultOfReplacing(host, path) })),
  );
  const faults = tried.flatMap(({ path, fault }): readonly Diagnosis[] => {
    if (fault === undefined) return [];
    const seen: Sentence = { code: 'file_not_replaceable', facts: { path, because: fault.fault } };
    const wayOut: Sentence = { code: 'do_open_environment', facts: { folder: posix.dirname(path) } };
    return [{ subject, state: 'fault', seen, wayOut, ...(isAway(fault) ? { isAway: true as const } : {}) }];
  });
  if (faults.length > 0) return faults;
  return [ok(subject, { code: 'files_replaceable', facts: { paths: written.join(', ') } })];
}

/** A file beside it, with its owner and mode, is replaced as the file itself would be, with a backup, and taken away. */
async function faultOfReplacing(host: Host, path: string): Promise<HostError | undefined> {
  try {
    const present = await host.stat(path, call);
    const beside = posix.join(
      posix.dirname(present?.realPath ?? path),
      `.lobml-doctor-${randomUUID().slice(0, 8)}`,
    );
    const backupPath = `${beside}.lobml-before`;
    try {
      if (present !== undefined) await host.copyFile(path, beside, call);
      await host.replaceFile(beside, CONTENT, call);
      await host.replaceFile(beside, CONTENT, { ...call, backupPath });
    } finally {
      await Promise.all([host.removeFile(beside, call), host.removeFile(backupPath, call)]);
    }
    return undefined;
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
}

/** A file that the unit does not read is written in vain; one that nobody has listed may win over it. */
async function layersDiagnoses(
  { service }: Host,
  { environmentFiles }: TargetHost,
  subject: Sentence,
): Promise<readonly Diagnosis[]> {
  const definition = await service.definition(call).catch(() => undefined);
  const listed = environmentFiles.map(({ path }) => posix.normalize(path));
  return layerFindings(listed, definition?.environmentFiles).map(({ path, finding }) => ({
    subject,
    state: finding === 'not_told' ? 'warning' : 'fault',
    seen: { code: `layer_${finding}`, facts: { path } },
    wayOut: { code: 'do_match_files', facts: {} },
  }));
}
