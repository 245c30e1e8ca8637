import type { Localized } from '../domain/localized.js';
import { type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target } from '../runbook/targets.js';
import { alike, type Diagnosis, type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';
import { isAway } from './explain-failure.js';

export interface HostOptions {
  readonly runbook: Pick<Runbook, 'envPrefix' | 'variables'>;
  readonly hostOf: (settings: TargetHost) => Host;
}

const call = { timeoutMs: QUESTION_TIMEOUT_MS };

/** Everything that a check or a release needs of a host, each on its own: one that fails hides no other. */
export function examineHost(
  target: Target,
  settings: TargetHost,
  { hostOf, runbook }: HostOptions,
): Examination {
  const place = `${settings.name} (${target.name})`;
  const subject = { en: `host ${place}`, 'zh-CN': `主机 ${place}` };
  const wayOut = {
    en: 'Check the host’s entry in the targets file and the rights of the bot’s account there.',
    'zh-CN': '请检查 targets 文件中的主机条目，以及机器人账户在该主机上的权限。',
  };
  const names = [...runbook.variables.keys()].map((name) => `${runbook.envPrefix}${name}`);
  return {
    subject,
    wayOut,
    async examine() {
      const host = hostOf(settings);
      const looks: readonly [Localized, () => Promise<Localized | undefined>, Localized][] = [
        ...settings.environmentFiles.map(({ path, optional }): (typeof looks)[number] => [
          { en: `cannot read ${path}`, 'zh-CN': `无法读取 ${path}` },
          async () => ((await host.readFile(path, call)) || optional ? undefined : missing(path)),
          wayOut,
        ]),
        ...(settings.models === undefined ? [] : [modelsLook(host, settings.models)]),
        accountLook(host, settings),
      ];
      const findings = await Promise.all(
        looks.map(async ([attempt, look, way]): Promise<readonly Diagnosis[]> => {
          try {
            const seen = await look();
            return seen === undefined ? [] : [{ subject, state: 'fault', seen, wayOut: way }];
          } catch (error) {
            return [{ ...faultOf(subject, attempt, error), wayOut: way }];
          }
        }),
      );
      return [...findings.flat(), ...(await serviceDiagnoses(host, subject, names))];
    },
  };
}

const missing = (path: string): Localized => ({ en: `${path} is missing`, 'zh-CN': `缺少 ${path}` });

function modelsLook(
  host: Host,
  models: string,
): [Localized, () => Promise<Localized | undefined>, Localized] {
  return [
    { en: `cannot list ${models}`, 'zh-CN': `无法列出 ${models}` },
    async () => {
      const stat = await host.stat(models, call);
      if (stat?.kind !== 'directory') return missing(models);
      await host.listFiles(models, call);
      return undefined;
    },
    {
      en: `Make the models folder ${models}, and let the bot’s account read it, and write it for releases.`,
      'zh-CN': `请创建模型目录 ${models}，并让机器人的账户可读取；发布还需要写入。`,
    },
  ];
}

function accountLook(
  host: Host,
  { service }: TargetHost,
): [Localized, () => Promise<Localized | undefined>, Localized] {
  return [
    { en: 'cannot ask for the service’s account', 'zh-CN': '无法查询服务账户' },
    async () =>
      service.user !== undefined ||
      (await host.service.account(await host.service.status(call), call)) !== undefined
        ? undefined
        : { en: 'nobody says which account the service runs as', 'zh-CN': '不知道服务以哪个账户运行' },
    {
      en: 'Set `user` of the service in the targets file, or let the status command print User= (docs/targets.md).',
      'zh-CN': '请在 targets 文件的 service 中设置 `user`，或让 status 命令输出 User=（docs/targets.md）。',
    },
  ];
}

/** The service's status, and whether the environment of its process can be read: a proof of start rests on both. */
async function serviceDiagnoses(
  host: Host,
  subject: Localized,
  names: readonly string[],
): Promise<readonly Diagnosis[]> {
  const { activeState, mainPid } = await host.service.status(call);
  const about = `${host.service.description}: ${activeState}`;
  if (mainPid === 0) return [ok(subject, { en: `${about}, no process`, 'zh-CN': `${about}，没有进程` })];
  const running = ok(subject, {
    en: `${about}, process ${mainPid}`,
    'zh-CN': `${about}，进程 ${mainPid}`,
  });
  try {
    await host.service.processEnvironment(mainPid, names, call);
    return [running];
  } catch (error) {
    const attempt = {
      en: `cannot read the environment of process ${mainPid}`,
      'zh-CN': `无法读取进程 ${mainPid} 的环境`,
    };
    const wayOut = {
      en: 'Without it no start and no halt can be proved. Let the bot’s account read /proc/PID/environ (sudo), or give an `environ` command (docs/targets.md).',
      'zh-CN':
        '没有它就无法证明启动或停止。请让机器人的账户可读取 /proc/PID/environ（sudo），或提供 `environ` 命令（docs/targets.md）。',
    };
    return [running, { ...faultOf(subject, attempt, error), wayOut }];
  }
}

/** @throws what is no answer of the host */
function faultOf(subject: Localized, attempt: Localized, error: unknown): Diagnosis {
  if (!(error instanceof HostError)) throw error;
  const detail = alike(error.message);
  const seen = {
    en: `${attempt.en}: ${detail.en}`,
    'zh-CN': `${attempt['zh-CN']}：${detail['zh-CN']}`,
  };
  return { subject, state: 'fault', seen, ...(isAway(error) ? { isAway: true } : {}) };
}
