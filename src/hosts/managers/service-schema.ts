import { z } from 'zod';
import { commandSettings } from './command-settings.js';
import { systemdSettings } from './systemd-settings.js';

/** `service` of the targets file, a line a manager. Apart from the managers: see `kinds/connection-schema.ts`. */
export const serviceSchema = z.discriminatedUnion('manager', [systemdSettings, commandSettings]);
export type ServiceSettings = z.infer<typeof serviceSchema>;
