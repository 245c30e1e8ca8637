import { type CommandRunner, commandNamed, runChecked } from '../command-runner.js';
import { deadManScript, type OwnCommands } from '../dead-man/dead-man-script.js';
import type { DeadManState } from '../dead-man.js';
import { type CallOptions, type DeadManHolder, HostError } from '../host.js';
import type { CommandSettings } from './command-settings.js';
import { fillIn } from './fill-in.js';

/** A dead man by the commands of the targets file. */
export function commandDeadMan(
  runner: CommandRunner,
  { arm, disarm, status }: NonNullable<CommandSettings['deadMan']>,
  own: OwnCommands,
): DeadManHolder {
  const look = async (name: string, call?: CallOptions): Promise<DeadManState> => {
    const tried = commandNamed('deadMan.status');
    const { stdout } = await runChecked(runner, tried, fillIn(status, { name }), call);
    const [, kind, until] = /^(armed|acting|none)(?: (\S+))?\s*$/.exec(stdout.toString('utf8')) ?? [];
    if (kind === 'armed') return { kind, until };
    if (kind === 'acting' || kind === 'none') return { kind };
    const facts = { host: runner.host };
    throw new HostError('unreadable_answer', { code: 'host_dead_man_unreadable', facts });
  };
  const stop = async (name: string, call?: CallOptions) => {
    await runChecked(runner, commandNamed('deadMan.disarm'), fillIn(disarm, { name }), call);
  };
  return {
    look,
    async arm({ name, afterMs, until, duty }, call) {
      const present = await look(name, call);
      if (present.kind === 'armed') {
        if (present.until === until) return;
        await stop(name, call);
      }
      const script = duty === undefined ? `: ${name}\n` : deadManScript(duty, own, name);
      const seconds = String(Math.ceil(Math.max(afterMs, 0) / 1000));
      const command = fillIn(arm, { name, until, seconds });
      await runChecked(runner, commandNamed('deadMan.arm'), command, {
        ...call,
        input: Buffer.from(script, 'utf8'),
      });
    },
    async disarm(name, call) {
      const present = await look(name, call);
      if (present.kind === 'acting') {
        throw new HostError('command_failed', { code: 'host_dead_man_acts', facts: { host: runner.host } });
      }
      if (present.kind === 'armed') await stop(name, call);
    },
  };
}
