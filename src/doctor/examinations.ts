import { existsSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { Sentence } from '../domain/sentence.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Targets } from '../runbook/targets.js';
import { asIs, type Diagnosis, type Examination, ok } from './doctor.js';
import {
  type DatabaseOptions,
  examineState,
  examineTrading,
  examineTradingRole,
} from './examine-databases.js';
import { examineHost, type HostOptions } from './examine-host.js';
import { examineSlack } from './examine-slack.js';

export interface ExaminationOptions extends DatabaseOptions, HostOptions {
  readonly config: Config;
  readonly runbook: Runbook;
  readonly targets: Targets;
}

/** Everything the bot depends on, one examination each. */
export function createExaminations(options: ExaminationOptions): readonly Examination[] {
  const targets = [...options.targets.targets.values()];
  return [
    examineConfiguration(options),
    examineDataFolder(options.config),
    ...targets.flatMap(({ name, staging }) => (staging === undefined ? [] : [examineStaging(name, staging)])),
    examineSlack(options.config, options.targets),
    examineState(options),
    examineTrading(options),
    examineTradingRole(options),
    ...targets.flatMap((target) => target.hosts.map((settings) => examineHost(target, settings, options))),
  ];
}

function examineConfiguration({ config, runbook, targets }: ExaminationOptions): Examination {
  return {
    subject: { code: 'subject_configuration', facts: {} },
    wayOut: { code: 'do_see_example', facts: {} },
    async examine() {
      const checks = runbook.sections.reduce((sum, section) => sum + section.checks.length, 0);
      const book = `${resolve(runbook.file)}: ${runbook.strategy}`;
      return [
        ok(asIs('runbook'), { code: 'runbook_read', facts: { book, checks } }),
        ok(asIs('targets'), asIs(`${resolve(targets.file)}: ${[...targets.targets.keys()].join(', ')}`)),
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
      for (const within of ['journal', 'halts'].map((name) => join(folder, name))) {
        if (existsSync(within)) await access(within, constants.W_OK | constants.X_OK);
      }
      return [ok(subject, { code: 'folder_takes', facts: { path: folder } })];
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
