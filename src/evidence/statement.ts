import { z } from 'zod';
import { type AuditKey, fingerprintOf, isSignedBy } from '../audit/audit-key.js';
import type { Evidence } from '../domain/evidence.js';
import type { ValueOf } from '../domain/value-of.js';
import { strictBase64 } from '../machine/strict-base64.js';

/** A statement of in-toto (v1) in an envelope of DSSE (v1): both are open formats with tools of their own. */

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const PREDICATE_TYPE = 'urn:lobml:evidence:v1';

const predicateSchema = z.object({
  kind: z.enum(['release', 'halt']),
  id: z.string(),
  strategy: z.string(),
  target: z.string(),
  /** RFC 3339. */
  madeAt: z.string(),
});

const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  /** Every file of the folder but the envelope itself, by its path in it. */
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: predicateSchema,
});
export type Statement = ValueOf<typeof statementSchema>;

const envelopeSchema = z.object({
  payloadType: z.literal(PAYLOAD_TYPE),
  /** In base64. */
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })).min(1),
});

/** DSSE's pre-authentication encoding: what is signed is the type as well. Lengths are bytes. */
export const preAuthEncoding = (payloadType: string, payload: string): string =>
  `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${Buffer.byteLength(payload)} ${payload}`;

/** @param sha256s of the files, by their path in the folder */
export function signedStatement(
  { kind, id, strategy, target, madeAt }: Pick<Evidence, 'kind' | 'id' | 'strategy' | 'target' | 'madeAt'>,
  sha256s: ReadonlyMap<string, string>,
  key: Pick<AuditKey, 'fingerprint' | 'sign'>,
): string {
  const statement: Statement = {
    _type: STATEMENT_TYPE,
    subject: [...sha256s].map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate: { kind, id, strategy, target, madeAt },
  };
  const payload = JSON.stringify(statement);
  return envelopeText(payload, {
    keyid: key.fingerprint,
    sig: key.sign(preAuthEncoding(PAYLOAD_TYPE, payload)),
  });
}

function envelopeText(payload: string, signature: { readonly keyid: string; readonly sig: string }): string {
  const envelope = {
    payloadType: PAYLOAD_TYPE,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [signature],
  };
  return `${JSON.stringify(envelope, undefined, 2)}\n`;
}

type OpenedStatement =
  | { readonly kind: 'signed'; readonly statement: Statement; readonly fingerprint: string }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'signature' };

/** @param publicKey SPKI, DER, in base64: the one that must have signed it */
export function openStatement(text: string, publicKey: string): OpenedStatement {
  const envelope = envelopeSchema.safeParse(parseJson(text)).data;
  if (envelope === undefined) return { kind: 'unreadable' };
  const payload = strictBase64(envelope.payload)?.toString('utf8');
  if (payload === undefined) return { kind: 'signature' };
  const signed = preAuthEncoding(envelope.payloadType, payload);
  const [signature] = envelope.signatures;
  if (signature === undefined || !isSignedBy(publicKey, signed, signature.sig)) return { kind: 'signature' };
  // Neither blanks nor the key's name are signed: the envelope must stand as it was written, to the byte.
  const asWritten = envelopeText(payload, { ...signature, keyid: fingerprintOf(publicKey) });
  if (text !== asWritten) return { kind: 'signature' };
  const statement = statementSchema.safeParse(parseJson(payload)).data;
  if (statement === undefined) return { kind: 'unreadable' };
  return { kind: 'signed', statement, fingerprint: fingerprintOf(publicKey) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
