import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../machine/sha256.js';
import { strictBase64 } from '../machine/strict-base64.js';
import { writeAside } from '../machine/write-aside.js';

/** Signs exports of the audit trail. */
export interface AuditKey {
  /** SHA-256 of the public key (SPKI, DER), in hex: what a person notes elsewhere. */
  readonly fingerprint: string;
  /** SPKI, DER, in base64. */
  readonly publicKey: string;
  /** In base64. */
  sign(text: string): string;
}

/** Below DATA_DIR, for the bot's account alone: Ed25519, PKCS #8, PEM. */
const KEY_FILE = 'audit-key.pem';

/** Makes the key where there is none yet. @throws the file system's error; an Error where the file is no key */
export async function openAuditKey(dataDir: string): Promise<AuditKey> {
  const known = await readAuditKey(dataDir);
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const aside = await writeAside(dataDir, text, { synced: true });
  // Another process may have been first: then its key is the one.
  await link(aside, join(dataDir, KEY_FILE)).catch(() => undefined);
  await rm(aside, { force: true });
  const made = await readAuditKey(dataDir);
  if (made === undefined) throw new Error(`${join(dataDir, KEY_FILE)} could not be made`);
  return made;
}

/** undefined: there is none yet. @throws as `openAuditKey` */
export async function readAuditKey(dataDir: string): Promise<AuditKey | undefined> {
  const pem = await readFile(join(dataDir, KEY_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (pem === undefined) return undefined;
  const key = createPrivateKey(pem);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
  return {
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

export const fingerprintOf = (publicKey: string): string => sha256Of(Buffer.from(publicKey, 'base64'));

/** Whether this key has signed this text; false also for what is no key, and for base64 in another spelling. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const [spki, value] = [strictBase64(publicKey), strictBase64(signature)];
  if (spki === undefined || value === undefined) return false;
  try {
    const key: KeyObject = createPublicKey({ key: spki, type: 'spki', format: 'der' });
    const isEd25519 = key.asymmetricKeyType === 'ed25519';
    return isEd25519 && verify(null, Buffer.from(text), key, value);
  } catch {
    return false;
  }
}
