import type { VariableChange } from '../domain/release-plan.js';
import { redact } from '../domain/secrets.js';
import type { CallOptions, ServiceManager } from '../hosts/host.js';
import { compareCommand } from '../hosts/managers/loaded-command.js';

/**
 * What of the unit itself would go live with a restart: another command, by its words, or a file that was changed since
 * the process began, by its time. What cannot be asked here, the check of what runs tells.
 */
export async function unitDrift(
  service: Pick<ServiceManager, 'status' | 'definition' | 'processFacts'>,
  call: CallOptions,
): Promise<readonly VariableChange[]> {
  const [status, definition] = await Promise.all([
    service.status(call),
    service.definition(call).catch(() => undefined),
  ]);
  const { mainPid, mainStartedAt: start = status.activeSince } = status;
  if (mainPid === 0 || definition?.command === undefined || definition.command.isOfProcess) return [];
  const facts = await service.processFacts(mainPid, { ...call, asksWords: true });
  const { fragment, filesChangedAt, command } = definition;
  switch (compareCommand(definition, facts, start)) {
    case 'same':
      return [];
    case 'unit_changed': {
      const [before, after] = [start, filesChangedAt].map((at) => at?.toISOString() ?? null);
      return [{ variable: fragment, before: before ?? null, after: after ?? null }];
    }
    default: {
      const running = facts?.words?.join(' ');
      const before = running === undefined ? null : redact(running, 'host');
      return [{ variable: 'ExecStart', before, after: redact(command.words, 'host') }];
    }
  }
}
