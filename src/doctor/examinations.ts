import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import { unreadableFiles } from '../halt/unreadable-files.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Targets } from '../runbook/targets.js';
import { asIs, type Examination, ok } from './doctor.js';
import { examineClocks } from './examine-clocks.js';
import {
  type DatabaseOptions,
  examineSessions,
  examineState,
  examineTrading,
  examineTradingRole,
  examineTradingSource,
} from './examine-databases.js';
import { examineHaltActs } from './examine-halt-acts.js';
import { examineHost, type HostOptions } from './examine-host.js';
import { examineMachines } from './examine-machines.js';
import { examineSlack } from './examine-slack.js';
import { examineTrainingDatabase, type TrainingDatabaseOptions } from './examine-training-database.js';
import { examineVenue } from './examine-venue.js';

export interface ExaminationOptions
  extends DatabaseOptions,
    Pick<HostOptions, 'hostOf'>,
    Pick<TrainingDatabaseOptions, 'openTraining'> {
  readonly config: Config;
  readonly strategies: readonly ExaminedStrategy[];
  readonly now: () => Date;
}

/** A runbook, and of the targets its own. */
interface ExaminedStrategy {
  readonly runbook: Runbook;
  readonly targets: Targets;
}

/** Everything the bot depends on, one examination each. */
export function createExaminations(options: ExaminationOptions): readonly Examination[] {
  const { config, strategies, hostOf } = options;
  const all = strategies.flatMap(({ runbook, targets }) =>
    [...targets.targets.values()].map((target) => ({ runbook, target })),
  );
  const targets = all.map(({ target }) => target);
  return [
    examineConfiguration(options),
    examineDataFolder(config),
    ...targets.flatMap(({ name, staging }) => (staging === undefined ? [] : [examineStaging(name, staging)])),
    examineSlack(config, targets),
    examineState(options),
    examineSessions(options),
    examineTrading(options),
    examineTradingSource(options),
    examineTradingRole(options),
    examineClocks({ ...options, hosts: targets.flatMap((target) => target.hosts) }),
    examineTrainingDatabase(options),
    ...all.flatMap(({ runbook, target }) =>
      target.hosts.flatMap((settings) => [
        examineHost(target, settings, { hostOf, runbook }),
        examineHaltActs(target, settings, { hostOf }),
      ]),
    ),
    examineMachines(targets, { hostOf }),
    ...targets.flatMap((target) => examineVenue(target, { hostOf })),
  ];
}

function examineConfiguration({ config, strategies }: ExaminationOptions): Examination {
  return {
    subject: { code: 'subject_configuration', facts: {} },
    wayOut: { code: 'do_see_example', facts: {} },
    async examine() {
      return [
        ...strategies.flatMap(readStrategy),
        ...config.tolerated.map(
          ({ variable, fault }): Diagnosis => ({
            subject: asIs(variable),
            state: 'warning',
            seen: fault,
            wayOut: { code: 'do_set_before_start', facts: {} },
          }),
        ),
      ];
    },
  };
}

function readStrategy({ runbook, targets }: ExaminedStrategy): readonly Diagnosis[] {
  const checks = runbook.sections.reduce((sum, section) => sum + section.checks.length, 0);
  const book = `${resolve(runbook.file)}: ${runbook.strategy}`;
  return [
    ok(asIs('runbook'), { code: 'runbook_read', facts: { book, checks } }),
    ok(asIs('targets'), asIs(`${resolve(targets.file)}: ${[...targets.targets.keys()].join(', ')}`)),
  ];
}

/** Where the journal of the kill switch and, without DATABASE_URL, the embedded database stand. */
function examineDataFolder({ dataDir }: Pick<Config, 'dataDir'>): Examination {
  const subject: Sentence = { code: 'subject_journal_folder', facts: {} };
  const folder = resolve(dataDir);
  return {
    subject,
    wayOut: { code: 'do_open_journal', facts: { path: folder } },
    async examine() {
      await mkdir(folder, { recursive: true });
      await rm(await mkdtemp(join(folder, 'doctor-')), { recursive: true });
      const unreadable = await unreadableFiles(folder);
      if (unreadable.length === 0) return [ok(subject, { code: 'folder_takes', facts: { path: folder } })];
      const seen: Sentence = { code: 'files_withheld', facts: { paths: unreadable.join(', ') } };
      return [{ subject, state: 'fault', seen, wayOut: { code: 'do_take_files', facts: { folder } } }];
    },
  };
}

function examineStaging(target: string, folder: string): Examination {
  const subject: Sentence = { code: 'subject_staging_folder', facts: { target } };
  return {
    subject,
    wayOut: { code: 'do_make_staging', facts: { path: folder } },
    async examine() {
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return [ok(subject, { code: 'folder_usable', facts: { path: folder } })];
    },
  };
}
