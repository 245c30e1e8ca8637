import type { ChainedEvent, ChainHead } from './audit-event.js';
import type { StoredRun } from './check-run.js';
import type { Halt } from './halt.js';
import type { KeptDocument } from './kept-document.js';
import type { ReleaseRecord } from './release-record.js';
import type { Approval, ReleaseRequest } from './release-request.js';

/** An event of another subject: its place alone, so that nothing is missing between two of this one. */
export type ChainLink = Pick<ChainedEvent, 'position' | 'previousSha256' | 'sha256'>;

/** The stretch of a strategy's chain from the first event of a subject to its last. */
export interface ChainExtract {
  readonly strategy: string;
  readonly links: readonly (ChainedEvent | ChainLink)[];
  /** Where the chain ended when this was read; undefined: it has no event. */
  readonly head: ChainHead | undefined;
}

export const isWhole = (link: ChainedEvent | ChainLink): link is ChainedEvent => 'eventId' in link;

/** A text by its hash: as it was, or undefined where nobody kept it. */
export interface DocumentInEvidence extends Pick<KeptDocument, 'kind' | 'sha256'> {
  readonly kept: KeptDocument | undefined;
}

interface OfEvidence {
  readonly id: string;
  readonly strategy: string;
  readonly target: string;
  /** RFC 3339: when it was put together. */
  readonly madeAt: string;
  /** The runs that decided, in the order in which they began. */
  readonly runs: readonly StoredRun[];
  /** Of runs that are named and not on record. */
  readonly missingRuns: readonly string[];
  readonly documents: readonly DocumentInEvidence[];
  readonly chain: ChainExtract;
}

export interface ReleaseEvidence extends OfEvidence {
  readonly kind: 'release';
  readonly release: ReleaseRecord;
  readonly request: ReleaseRequest;
  readonly approvals: readonly Approval[];
}

export interface HaltEvidence extends OfEvidence {
  readonly kind: 'halt';
  readonly halt: Halt;
}

/** Everything that decided a release or a halt. */
export type Evidence = ReleaseEvidence | HaltEvidence;

/** What is wrong with a folder of evidence; `path` is the file's, within it. */
export type EvidenceFault =
  /** The folder cannot be read, or holds no statement. */
  | { readonly code: 'no_statement' }
  | { readonly code: 'statement_unreadable' }
  /** The statement was changed, or another key signed it. */
  | { readonly code: 'signature' }
  | { readonly code: 'no_key' }
  | { readonly code: 'changed' | 'missing' | 'added' | 'not_a_file'; readonly path: string }
  /** The parts, all as they were signed, contradict each other. */
  | { readonly code: 'digest' | 'document' | 'chain'; readonly path: string };

export interface EvidenceVerdict {
  /** What the statement is about; undefined: nobody can say. */
  readonly about: Pick<Evidence, 'kind' | 'id' | 'strategy' | 'target' | 'madeAt'> | undefined;
  /** Files that the statement names. */
  readonly files: number;
  /** SHA-256 of the key that signed it, where the signature holds. */
  readonly fingerprint: string | undefined;
  /** Whether that key was named by whoever asks, and not by the folder itself. */
  readonly isKeyNamed: boolean;
  readonly faults: readonly EvidenceFault[];
}

export type FolderWritten =
  | { readonly kind: 'written'; readonly folder: string }
  /** It holds something, or is no folder: nothing is ever put among somebody's files. */
  | { readonly kind: 'not_empty'; readonly folder: string }
  | { readonly kind: 'unwritable'; readonly folder: string; readonly because: string };

export interface EvidenceWritten {
  readonly evidence: Evidence;
  readonly folder: FolderWritten;
  readonly files: number;
  /** Of the key that signed it. */
  readonly fingerprint: string;
}
