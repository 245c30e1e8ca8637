import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceCommands } from '../../src/hosts/managers/command-manager.js';

const SERVICE = `#!/bin/sh
# The service: reads its environment file as its supervisor gave it, says what it loaded, and stays.
stamp() { date -u +%Y-%m-%dT%H:%M:%S.%NZ; }
if [ "$FAIL" = yes ]; then
  echo "$(stamp) ERROR cannot read MODEL_PATH with password=hunter22" >> "$LOG"
  exit 3
fi
echo "$(stamp) loaded lob-ml onnx model model_path=$MODEL_PATH" >> "$LOG"
exec sleep 600
`;

const CONTROL = `#!/bin/sh
# start|stop|restart|status|logs SINCE|environ PID, over files in one folder.
cd "$(dirname "$0")" || exit 9
verb=$1
# A process that ended but whose parent has not asked for it yet is no longer alive.
alive() {
  [ -s pid ] && state=$(cut -d ' ' -f 3 "/proc/$(cat pid)/stat" 2>/dev/null) && [ "$state" != Z ]
}
stop() {
  if alive; then
    kill "$(cat pid)"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do alive || break; sleep 0.05; done
  fi
  : > pid
}
start() {
  ( set -a; . ./service.env; set +a; LOG=$PWD/log exec setsid ./service ) < /dev/null > /dev/null 2>&1 &
  echo $! > pid
  cat /proc/sys/kernel/random/uuid | tr -d - > invocation
  date -u +%Y-%m-%dT%H:%M:%SZ > since
}
case $verb in
  stop) stop ;;
  restart) stop; start ;;
  status)
    if alive; then echo ActiveState=active; echo SubState=running; echo "MainPID=$(cat pid)"; else echo ActiveState=inactive; echo MainPID=0; fi
    echo NRestarts=0
    echo "InvocationID=$(cat invocation 2>/dev/null)"
    echo "ActiveEnterTimestamp=$(cat since 2>/dev/null)" ;;
  logs) cat log 2>/dev/null ;;
  environ) cat "/proc/$2/environ" ;;
  *) echo "unknown verb $verb" >&2; exit 64 ;;
esac
`;

export interface ServiceProcess {
  readonly folder: string;
  readonly environmentFile: string;
  readonly commands: ServiceCommands;
}

/** A real child process with a small control program, for the `command` service manager. */
export async function createServiceProcess(folder: string): Promise<ServiceProcess> {
  await mkdir(folder, { recursive: true });
  const control = join(folder, 'control');
  for (const [name, text] of [
    ['service', SERVICE],
    ['control', CONTROL],
  ] as const) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  const environmentFile = join(folder, 'service.env');
  await writeFile(environmentFile, 'MODEL_PATH=/models/a.onnx\nENABLED=true\nDB_PASSWORD=hunter22\n');
  return {
    folder,
    environmentFile,
    commands: {
      status: [control, 'status'],
      restart: [control, 'restart'],
      stop: [control, 'stop'],
      logs: [control, 'logs', '{since}'],
    },
  };
}
