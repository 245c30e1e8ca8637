import { type Halt, type HaltKind, type HaltState, isSettled } from '../src/domain/halt.js';
import { commandsByHand } from '../src/rollback/commands-by-hand.js';
import type { RollbackServices } from '../src/rollback/rollback-services.js';
import type { Target } from '../src/runbook/targets.js';
import {
  type Conversation,
  EXIT,
  type ExitCode,
  type Subcommand,
  type SubcommandResult,
} from '../src/subcommand.js';
import { haltReportView } from '../views/rollback-report.js';
import { rollbackStatusView } from '../views/rollback-status.js';
import { parseRollbackWords } from './rollback-words.js';
import { parseTarget } from './target-argument.js';

const usage = '[target] [--disable | --stop | --previous-model] [--reason TEXT]';

/** Section 6: the kill switch. */
export const rollback: Subcommand<RollbackServices> = {
  name: 'rollback',
  section: '6',
  audience: 'operator',
  usage,
  summary: {
    en: 'Stop the strategy at once (flag off and restart, with proof), or go back to the previous model.',
    'zh-CN': '立即停止策略（关闭开关并重启，附证明），或恢复上一个模型。',
  },
  async run(words, conversation, services) {
    const { rest, kind, reason } = parseRollbackWords(words);
    const target = parseTarget(rest, services.targets, usage);
    if (kind === undefined || conversation.person.surface === 'slack')
      return showState(target, conversation, services);
    return haltFromTerminal({ target, kind, reason }, conversation, services);
  },
};

async function showState(
  target: Target,
  conversation: Conversation,
  { rollback: service, operators }: RollbackServices,
): Promise<SubcommandResult> {
  const { locale } = conversation;
  const latest = await service.latest(target.name);
  const report = rollbackStatusView({ target: target.name, latest, who: operators.who, locale });
  await (await conversation.post(report)).finish(report);
  return { exitCode: EXIT.ok, json: { target: target.name, latest: latest ?? null } };
}

async function haltFromTerminal(
  { target, kind, reason }: { target: Target; kind: HaltKind; reason: string | undefined },
  conversation: Conversation,
  services: RollbackServices,
): Promise<SubcommandResult> {
  const handle = services.rollback.start({ target, kind, reason, requestedBy: conversation.person });
  const commands = commandsByHand(target);
  const view = (halt: Halt) => haltReportView(halt, { locale: conversation.locale, commands });
  const message = await conversation.post(view(handle.current()));
  const unsubscribe = handle.subscribe((halt) => message.update(view(halt)));
  const halt = await handle.done;
  unsubscribe();
  await message.finish(view(halt));
  return { exitCode: exitCodeOf(halt), json: halt };
}

const EXIT_OF: Readonly<Record<HaltState, ExitCode>> = {
  halting: EXIT.internal,
  verified: EXIT.ok,
  not_verified: EXIT.noGo,
};

function exitCodeOf(halt: Halt): ExitCode {
  const isAway = halt.hosts.every((host) => !isSettled(host, halt.kind) && host.fault === 'not_answering');
  return isAway ? EXIT.unavailable : EXIT_OF[halt.state];
}
