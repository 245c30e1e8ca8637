import { createPublicKey } from 'node:crypto';

/** @param publicKey SPKI, DER, in base64 */
export function publicKeyPem(publicKey: string): string {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** The inverse; undefined for what is no public key in PEM. */
export function readPublicKey(pem: string): string | undefined {
  if (!pem.includes('BEGIN PUBLIC KEY')) return undefined;
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64');
  } catch {
    return undefined;
  }
}
