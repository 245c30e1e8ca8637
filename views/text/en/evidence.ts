import type { KeptDocument } from '../../../src/domain/kept-document.js';
import type { Approval } from '../../../src/domain/release-request.js';

const documentKind: Readonly<Record<KeptDocument['kind'], string>> = {
  runbook: 'Runbook and statements',
  model_meta: 'Description of the model (meta.json)',
};

const approval: Readonly<Record<Approval['decision'], string>> = {
  approved: 'approved',
  rejected: 'rejected',
  taken_back: 'taken back',
};

const fault: Readonly<Record<string, (path: string) => string>> = {
  no_statement: () =>
    'There is no statement (statement.dsse.json) in this folder, so nothing proves what stands in it.',
  statement_unreadable: () => 'The statement (statement.dsse.json) is none of lobml, or was cut.',
  signature: () => 'The statement (statement.dsse.json) was changed, or another key has signed it.',
  no_key: () => 'There is no readable public key (PEM). Name the one that you expect with --key.',
  changed: (path) => `${path} was changed.`,
  missing: (path) => `${path} is missing.`,
  added: (path) => `${path} was added.`,
  not_a_file: (path) => `${path} is no plain file.`,
  digest: (path) => `${path}: the digest that approvals are bound to is not that of its plan and checks.`,
  document: (path) => `${path}: the text has another hash than the one by which it is named.`,
  chain: (path) => `${path}: the chain of audit events is broken.`,
};

export const evidence = {
  title: { release: 'Evidence of a release', halt: 'Evidence of a halt' },
  kind: { release: 'release', halt: 'halt' },
  made: (id: string, at: string) => `${id} · put together ${at}. Times are UTC.`,
  decision: 'Decision',
  askedBy: (who: string, at: string) => `Asked for by ${who}, ${at}.`,
  brokenGlass: 'The glass was broken: no approvals were asked for.',
  because: 'Reason',
  digest: 'Approvals are bound to the SHA-256 over plan and checks:',
  noApprovals: 'Nobody has decided.',
  approvalColumns: ['Who', 'Decision', 'When', 'Reason', 'Digest'],
  approval,
  acknowledgedColumns: ['Taken upon themselves', 'By', 'When'],
  reviewed: (who: string, at: string) => `Reviewed by ${who}, ${at}.`,
  artefactColumns: ['What', 'File', 'Version', 'Size', 'SHA-256'],
  changes: 'Changed by the release',
  variableColumns: ['Why', 'Variable', 'Before', 'After'],
  concealed: '(not shown)',
  layers: 'The environment files as they stood when this was approved:',
  layerColumns: ['File', 'SHA-256'],
  steps: 'Steps',
  stepColumns: ['Step', 'Host', 'State', 'Ended', 'What was seen'],
  quotes: 'What the hosts said',
  checks: 'Checks',
  noRuns: 'No run of checks decided.',
  runMissing: (id: string) => `The run ${id} is not on record any more.`,
  planned: 'what would stand',
  shadow: 'shadow',
  checkColumns: ['Check', 'Outcome', 'What was seen', 'Asked how'],
  documents: 'Texts that decided',
  noDocuments: 'None.',
  documentColumns: ['What', 'SHA-256', 'Files in this folder'],
  documentKind,
  notKept: 'Not kept: it decided before this version kept texts.',
  audit: 'Audit events',
  chain: (own: number, others: number) =>
    `${own} events, and the places of ${others} others between them, so that the chain can be followed (audit.json).`,
  head: (position: number) => `The chain ended then at position ${position}:`,
  auditColumns: ['No.', 'When', 'Event', 'Who', 'What', 'Hash'],
  proof: 'Proof',
  signedBy:
    'Every file of this folder is named with its SHA-256 in statement.dsse.json, which the bot has signed with the key',
  howToVerify:
    'Whether that is the bot’s key, ask its operators, and not this folder. Then one changed byte, a missing file and an added one are named by:',
  written: (kind: string, files: number, folder: string) =>
    `The evidence of the ${kind} stands in ${folder} (${files} files).`,
  fingerprint: (fingerprint: string) =>
    `Signed by the key ${fingerprint}. Whoever is to trust the folder needs this fingerprint, or public-key.pem, by another way.`,
  notKeptHere: (what: string, sha256: string) =>
    `Not kept, because it decided before this version kept texts: ${what} ${sha256}.`,
  holds: (kind: string, id: string, files: number) =>
    `It holds: ${files} files of the ${kind} ${id}, each as it was signed.`,
  signed: (fingerprint: string) => `Signed by the key ${fingerprint}.`,
  keyOfFolder:
    'That key was taken from the folder itself, where anybody may have put it: name the one that you expect with --key.',
  broken: 'It does not hold:',
  fault,
  inTerminal: (id: string) =>
    `The evidence is a folder: type this on a machine of the bot. \`lobml evidence ${id} --out DIR\``,
};

export type EvidenceText = typeof evidence;
