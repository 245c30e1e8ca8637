import { z } from 'zod';
import { localConnection } from '../local/local-connection.js';
import { sshConnection } from '../ssh/ssh-connection.js';

/**
 * `connection` of the targets file, a line a kind; this machine where a host says nothing. Apart from the kinds
 * themselves: the process for hosts reads no file of people's.
 */
export const connectionSchema = z.union([localConnection, sshConnection]).prefault('local');
export type HostConnection = z.infer<typeof connectionSchema>;
