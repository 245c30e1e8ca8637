import { existsSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Targets } from '../runbook/targets.js';
import { alike, type Diagnosis, type Examination, ok } from './doctor.js';
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
    subject: { en: 'configuration', 'zh-CN': '配置' },
    wayOut: { en: 'See .env.example.', 'zh-CN': '参见 .env.example。' },
    async examine() {
      const checks = runbook.sections.reduce((sum, section) => sum + section.checks.length, 0);
      const book = `${resolve(runbook.file)}: ${runbook.strategy}`;
      return [
        ok(alike('runbook'), { en: `${book}, ${checks} checks`, 'zh-CN': `${book}，${checks} 项检查` }),
        ok(alike('targets'), alike(`${resolve(targets.file)}: ${[...targets.targets.keys()].join(', ')}`)),
        ...config.tolerated.map(
          ({ variable, message, chinese }): Diagnosis => ({
            subject: alike(variable),
            state: 'warning',
            seen: { en: message, 'zh-CN': chinese },
            wayOut: { en: 'Set it before you start the bot.', 'zh-CN': '请在启动机器人前设置。' },
          }),
        ),
      ];
    },
  };
}

/** Where the journal of the kill switch and, without DATABASE_URL, the embedded database stand. */
function examineDataFolder({ dataDir }: Pick<Config, 'dataDir'>): Examination {
  const subject = { en: 'journal folder', 'zh-CN': '日志目录' };
  const folder = resolve(dataDir);
  return {
    subject,
    wayOut: {
      en: `Give the bot’s account the right to write in ${folder} (DATA_DIR), on a disk with room: the journal of a halt stands there.`,
      'zh-CN': `请让机器人的账户可以写入 ${folder}（DATA_DIR），且磁盘有空间：停止操作的日志保存在那里。`,
    },
    async examine() {
      await mkdir(folder, { recursive: true });
      await rm(await mkdtemp(join(folder, 'doctor-')), { recursive: true });
      for (const within of ['journal', 'halts'].map((name) => join(folder, name))) {
        if (existsSync(within)) await access(within, constants.W_OK | constants.X_OK);
      }
      return [ok(subject, { en: `${folder} takes what is written`, 'zh-CN': `${folder} 可写` })];
    },
  };
}

function examineStaging(target: string, folder: string): Examination {
  const subject = { en: `staging folder (${target})`, 'zh-CN': `暂存目录（${target}）` };
  return {
    subject,
    wayOut: {
      en: `Make the folder ${folder}, and let the bot’s account read and write it: what is deployed waits there.`,
      'zh-CN': `请创建目录 ${folder}，并让机器人的账户可读写：待部署的文件存放在那里。`,
    },
    async examine() {
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return [ok(subject, { en: `${folder} can be read and written`, 'zh-CN': `${folder} 可读写` })];
    },
  };
}
