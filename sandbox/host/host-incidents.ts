import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { controlHost } from './control-host.js';
import { type HostFault, writeFault } from './faults.js';
import { editByHand, writtenValue } from './hand-edit.js';
import { setHostClock } from './host-time.js';
import type { Incident } from './incident.js';
import { metadataIncidents } from './order-incidents.js';
import type { RecentOrders } from './recent-orders.js';
import type { TradingHost } from './service-commands.js';
import { AGENT_ID } from './trading-data/strategy.js';

type Text = Pick<Incident, 'id' | 'title' | 'description'>;

function faultIncident(
  host: TradingHost,
  fault: HostFault,
  text: Omit<Text, 'id'>,
  restart = false,
): Incident {
  const set = async (active: boolean): Promise<void> => {
    writeFault(host.faultsPath, fault, active);
    if (restart) await controlHost(host.service.restart);
  };
  return { id: fault, ...text, begin: () => set(true), end: () => set(false) };
}

interface Edit {
  readonly name: string;
  readonly value: string;
  readonly restart?: true;
}

/** A change of one line by hand; ended, it is taken back unless somebody else has changed it since. */
function editIncident(host: TradingHost, edit: Edit, text: Text): Incident {
  const path = host.environmentFiles[1];
  const prefix = host.strategy.environmentPrefix;
  let before: string | undefined;
  const restart = async (): Promise<void> => {
    if (edit.restart) await controlHost(host.service.restart);
  };
  return {
    ...text,
    async begin() {
      before = editByHand(path, edit.name, edit.value, prefix);
      await restart();
    },
    async end() {
      if (before !== undefined && writtenValue(path, edit.name, prefix) === edit.value)
        editByHand(path, edit.name, before, prefix);
      await restart();
    },
  };
}

function corruptModel(host: TradingHost): Incident {
  let cut: { readonly path: string; readonly whole: Buffer; readonly rest: Buffer } | undefined;
  const modelPath = (): string =>
    (writtenValue(host.environmentFiles[1], 'MODEL_PATH') ?? host.modelPath).replaceAll(/^["']|["']$/g, '');
  return {
    id: 'model_corrupt',
    title: 'Corrupt the model',
    description: 'The model file is cut off and the service restarted: it fails fast, again and again.',
    async begin() {
      const path = modelPath();
      const whole = readFileSync(path);
      const rest = whole.subarray(0, Math.floor(whole.length * 0.6));
      cut = { path, whole, rest };
      writeFileSync(path, rest);
      await controlHost(host.service.restart);
    },
    async end() {
      // A deploy may have brought another path since, or another file to this one.
      if (cut !== undefined && existsSync(cut.path) && readFileSync(cut.path).equals(cut.rest))
        writeFileSync(cut.path, cut.whole);
      await controlHost(host.service.restart);
    },
  };
}

function slowClock(host: TradingHost): Incident {
  const step = (aheadSecs: number) => async (): Promise<void> => {
    setHostClock(host.clockPath, aheadSecs);
    await controlHost(host.service.restart);
  };
  return {
    id: 'clock_slow',
    title: 'Slow clock',
    description: 'The clock of the host is 30 s behind, and the service restarted by it.',
    begin: step(-30),
    end: step(0),
  };
}

/** Every incident that one host can be put into: those of its strategy, and those of any service. */
export function hostIncidents(host: TradingHost, orders: RecentOrders): Incident[] {
  const { flag, name } = host.strategy;
  const restartLoop = {
    title: 'Restart loop',
    description: 'The process dies shortly after each start, whatever its configuration.',
  };
  return [
    editIncident(
      host,
      { name: flag, value: 'flase' },
      {
        id: 'flag_typo',
        title: 'Typo in the enable flag',
        description: `${flag}=flase in the file: the program ignores it without an error and keeps its default.`,
      },
    ),
    ...(name === AGENT_ID ? modelIncidents(host, orders) : []),
    faultIncident(host, 'flag_ignored', {
      title: 'Service ignores the flag',
      description: 'The strategy trades on although the flag is off.',
    }),
    faultIncident(host, 'restart_ignored', {
      title: 'Service does not restart',
      description: 'A restart is answered with success, and the old process lives on.',
    }),
    faultIncident(host, 'restart_loop', restartLoop, true),
    slowClock(host),
  ];
}

/** What goes wrong with the model, the exits and the orders of the first strategy. */
function modelIncidents(host: TradingHost, orders: RecentOrders): Incident[] {
  return [
    corruptModel(host),
    editIncident(
      host,
      { name: 'MODEL_TYPE', value: 'lightgbm', restart: true },
      {
        id: 'model_type_wrong',
        title: 'Wrong MODEL_TYPE',
        description: 'MODEL_TYPE=lightgbm and a restart: the process refuses to start.',
      },
    ),
    editIncident(
      host,
      { name: 'EXIT_MODE', value: 'ev_exti' },
      {
        id: 'exit_mode_typo',
        title: 'Typo in EXIT_MODE',
        description: 'EXIT_MODE=ev_exti in the file: ploy warns in its log and keeps its default.',
      },
    ),
    editIncident(
      host,
      { name: 'ENTRY_EARLY_WINDOW_SECS_5M', value: '90' },
      {
        id: 'env_edited_by_hand',
        title: 'Edit the environment by hand',
        description: 'The file says one thing, the running process has another: nobody restarted.',
      },
    ),
    ...metadataIncidents(host, orders),
  ];
}
