import { type CommandRunner, commandFailed, programNamed, runChecked } from '../command-runner.js';
import { deadManScript, type OwnCommands } from '../dead-man/dead-man-script.js';
import type { DeadManOrder, DeadManState } from '../dead-man.js';
import { type CallOptions, type DeadManHolder, HostError } from '../host.js';
import { shellLine } from '../shell-quote.js';

interface Systemd {
  readonly runner: CommandRunner;
  readonly sudo: readonly string[];
  /** `--user`, or nothing. */
  readonly scope: readonly string[];
  /** As the manager itself runs them. */
  readonly own: OwnCommands;
}

/** The deadline, in the description of the timer: which arming it is. */
const UNTIL = /lobml dead man, until (\S+)/;

/**
 * A dead man as a transient timer of systemd. It counts by a clock that no step moves, needs no file of the bot, outlives
 * `daemon-reload`, and is lost when the machine starts anew.
 */
export function systemdDeadMan({ runner, sudo, scope, own }: Systemd): DeadManHolder {
  const systemctl = (...words: string[]) => [...sudo, 'systemctl', ...scope, '--no-pager', ...words];
  const look = async (name: string, call?: CallOptions): Promise<DeadManState> => {
    const [timer, service] = [`${name}.timer`, `${name}.service`];
    // Everybody may ask that; sudo may allow no more than the unit's own commands.
    const command = ['systemctl', ...scope, '--no-pager', 'show', '--property=Id,ActiveState,Description'];
    const { stdout } = await runChecked(
      runner,
      programNamed(`systemctl show ${timer}`),
      [...command, timer, service],
      call,
    );
    const units = stdout.toString('utf8').split('\n\n');
    const isActive = (unit: string) =>
      units.some((text) => text.includes(`Id=${unit}`) && /^ActiveState=(?!inactive$|failed$)/m.test(text));
    if (isActive(service)) return { kind: 'acting' };
    if (!isActive(timer)) return { kind: 'none' };
    const about = units.find((text) => text.includes(`Id=${timer}`)) ?? '';
    return { kind: 'armed', until: UNTIL.exec(about)?.[1] };
  };
  const stop = async (unit: string, call?: CallOptions) => {
    await runChecked(runner, programNamed(`systemctl stop ${unit}`), systemctl('stop', unit), call);
  };
  return {
    look,
    async arm(order, call) {
      const present = await look(order.name, call);
      if (present.kind === 'armed') {
        if (present.until === order.until) return;
        await stop(`${order.name}.timer`, call);
      }
      const result = await runner.run([...sudo, ...systemdRun(order, { scope, own })], call);
      if (result.exitCode === 0) return;
      // Another one may have been quicker.
      const now = await look(order.name, call);
      if (now.kind !== 'armed' || now.until !== order.until)
        throw commandFailed(runner.host, programNamed('systemd-run'), result);
    },
    async disarm(name, call) {
      const present = await look(name, call);
      if (present.kind === 'acting') {
        throw new HostError('command_failed', { code: 'host_dead_man_acts', facts: { host: runner.host } });
      }
      if (present.kind === 'armed') await stop(`${name}.timer`, call);
    },
  };
}

function systemdRun(
  { name, afterMs, until, duty }: DeadManOrder,
  { scope, own }: Pick<Systemd, 'scope' | 'own'>,
): readonly string[] {
  const script = duty === undefined ? ':' : wrapped(deadManScript(duty, own, name), own);
  return [
    ...['systemd-run', ...scope, '--no-ask-password', '--quiet', '--collect', `--unit=${name}`],
    `--description=lobml dead man, until ${until}`,
    ...[`--on-active=${(Math.max(afterMs, 0) / 1000).toFixed(3)}s`, '--timer-property=AccuracySec=100ms'],
    ...['/bin/sh', '-c', script],
  ];
}

/**
 * Without a `$`: systemd reads it in the words of a command, and otherwise once it has read its units anew. The script ends
 * the shell itself: where nothing could be made of it, the service is stopped.
 */
function wrapped(script: string, { stop }: OwnCommands): string {
  return `eval "\`echo ${Buffer.from(script, 'utf8').toString('base64')} | base64 -d\`"; ${shellLine(stop)}`;
}
