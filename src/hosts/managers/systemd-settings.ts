import { z } from 'zod';
import type { ShapeFault } from '../../domain/file-fault.js';
import { accountName, argumentList, killAfterSecs } from '../../domain/host-setting.js';

export const systemdSettings = z.strictObject({
  manager: z.literal('systemd'),
  unit: z.string().regex(/^[\w@:.-]+\.service$/, 'unit_name_shape' satisfies ShapeFault),
  /** Put before each command, e.g. [sudo, -n]. */
  sudo: argumentList.optional(),
  /** `systemctl --user`. */
  userManager: z.boolean().default(false),
  /** Prints the process numbers of all that the service runs; where its control group does not show them (a container). */
  processes: argumentList.optional(),
  user: accountName.optional(),
  killAfterSecs,
  restartSecs: z.number().min(0).max(300).default(5),
});
export type SystemdSettings = z.infer<typeof systemdSettings>;
