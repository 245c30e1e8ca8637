import { z } from 'zod';
import type { ShapeFault } from '../../domain/file-fault.js';
import { absolutePath, argumentList } from '../../domain/host-setting.js';

const settings = z.strictObject({
  address: z.string().regex(/^[^\s-][^\s]*$/, 'ssh_address_shape' satisfies ShapeFault),
  port: z.number().int().min(1).max(65_535).optional(),
  identityFile: absolutePath.optional(),
  configFile: absolutePath.optional(),
  /** Put before each command on files, e.g. [sudo, -n]. */
  sudo: argumentList.optional(),
  /** A key of its own for the service's commands, where the host allows it nothing else (a forced command). */
  serviceIdentityFile: absolutePath.optional(),
});
/** `connection: { ssh: … }` of the targets file. */
export const sshConnection = z
  .strictObject({ ssh: settings })
  .transform(({ ssh }) => ({ kind: 'ssh' as const, ...ssh }));
export type SshConnection = z.infer<typeof sshConnection>;
