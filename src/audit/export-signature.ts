import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BrokenLink, SignedBy } from '../domain/trail-verdict.js';
import type { ValueOf } from '../domain/value-of.js';
import { type AuditKey, fingerprintOf, isSignedBy } from './audit-key.js';

/** The last line of an export. */
const signatureLine = z.object({
  signature: z.object({
    publicKey: z.string(),
    /** RFC 3339: when it was exported, by the clock of the machine that did. */
    at: z.string(),
    /** Of every line before, each with its line feed, in hex. */
    sha256: z.string(),
    value: z.string(),
  }),
});
type ExportSignature = ValueOf<typeof signatureLine>['signature'];

const signedText = ({ at, sha256 }: Pick<ExportSignature, 'at' | 'sha256'>): string =>
  `lobml audit export\n${at}\n${sha256}\n`;

/** The lines of an export, and behind them the signature over all of them. */
export async function* signedExport(
  lines: AsyncIterable<string>,
  key: Pick<AuditKey, 'publicKey' | 'sign'>,
  now: Date,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  for await (const line of lines) {
    hash.update(`${line}\n`);
    yield line;
  }
  const signed = { at: now.toISOString(), sha256: hash.digest('hex') };
  const signature = { publicKey: key.publicKey, ...signed, value: key.sign(signedText(signed)) };
  yield JSON.stringify({ signature });
}

/** Follows an export to its signature. */
export class SignatureReader {
  readonly #hash = createHash('sha256');
  #signature: ExportSignature | undefined;
  #sha256 = '';
  #isBehind = false;

  /** @returns whether the line is the signature, or stands behind it */
  read(line: string): boolean {
    if (this.#signature !== undefined) {
      this.#isBehind ||= line.trim() !== '';
      return true;
    }
    // Every other line is read by whoever follows the chains.
    const found = line.startsWith('{"signature":') ? signatureLine.safeParse(parseJson(line)) : undefined;
    if (found?.success !== true) {
      this.#hash.update(`${line}\n`);
      return false;
    }
    this.#signature = found.data.signature;
    this.#sha256 = this.#hash.digest('hex');
    return true;
  }

  /** Who signed it, where the signature holds. */
  get signedBy(): SignedBy | undefined {
    const found = this.#signature;
    if (found === undefined || this.#isBehind || found.sha256 !== this.#sha256) return undefined;
    if (!isSignedBy(found.publicKey, signedText(found), found.value)) return undefined;
    return { fingerprint: fingerprintOf(found.publicKey), at: found.at };
  }

  /** @param expected the fingerprint of the key that must have signed it; undefined: none is known here */
  broken(expected: string | undefined): BrokenLink | undefined {
    const link = (fault: BrokenLink['fault']): BrokenLink => ({
      strategy: '',
      position: 0,
      fault,
      eventId: null,
    });
    if (this.#signature === undefined) return link('unsigned');
    const { signedBy } = this;
    if (signedBy === undefined) return link('signature');
    return signedBy.fingerprint === expected ? undefined : link('foreign_key');
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
