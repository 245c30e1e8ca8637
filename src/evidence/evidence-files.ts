import type { Evidence, ReleaseEvidence } from '../domain/evidence.js';
import { escapeUnseen } from '../domain/plain-text.js';
import type { FileToWrite } from './write-folder.js';

/** The names under which `verify` looks for what it reads. */
export const FILES = {
  statement: 'statement.dsse.json',
  key: 'public-key.pem',
  page: 'index.html',
  release: 'release.json',
  request: 'request.json',
  approvals: 'approvals.json',
  halt: 'halt.json',
  chain: 'audit.json',
  documents: 'documents.json',
  model: 'model.json',
} as const;

/** The same value: what could steer a terminal stands as `\\uXXXX`. */
const asJson = (value: unknown): string => `${escapeUnseen(JSON.stringify(value, undefined, 2))}\n`;

/** What an outsider reads and a program can check; texts that were kept stand byte for byte. */
export function evidenceFiles(evidence: Evidence): readonly FileToWrite[] {
  const { runs, missingRuns, documents, chain } = evidence;
  const placed = documents.map(({ kind, sha256, kept }) => {
    const files = (kept?.files ?? []).map(({ name, text }, index) => ({
      name,
      path: `${kind === 'runbook' ? 'runbook' : 'model'}-${sha256.slice(0, 12)}/${fileName(name, index)}`,
      text,
    }));
    return { kind, sha256, isKept: kept !== undefined, files };
  });
  const index = placed.map(({ files, ...document }) => ({
    ...document,
    files: files.map(({ name, path }) => ({ name, path })),
  }));
  return [
    ...(evidence.kind === 'release' ? releaseFiles(evidence) : [json(FILES.halt, evidence.halt)]),
    ...runs.map((run) => json(`runs/${run.runId}.json`, run)),
    json('runs/missing.json', missingRuns),
    json(FILES.documents, index),
    ...placed.flatMap(({ files }) => files.map(({ path, text }) => ({ path, text }))),
    json(FILES.chain, chain),
  ];
}

const releaseFiles = (evidence: ReleaseEvidence): readonly FileToWrite[] => [
  json(FILES.release, evidence.release),
  json(FILES.request, evidence.request),
  json(FILES.approvals, evidence.approvals),
  json(FILES.model, modelCard(evidence)),
];

const json = (path: string, value: unknown): FileToWrite => ({ path, text: asJson(value) });

/** What the runbook's author calls a file, where that is a plain path; a number otherwise. */
const fileName = (name: string, index: number): string =>
  /^(?!.*\.\.)\w[\w.-]*(?:\/\w[\w.-]*)*$/.test(name) ? name : `${index}.txt`;

/** The model that a release brings, what judged it, and what stood on each host before. */
export function modelCard({ request: { plan, wish }, runs }: ReleaseEvidence) {
  return {
    brings: plan.model ?? null,
    version: wish.modelVersion ?? null,
    hosts: plan.hosts.map(({ host, modelPath, presentModelSha256 }) => ({
      host,
      path: modelPath ?? null,
      sha256Before: presentModelSha256,
    })),
    judged: runs.flatMap(({ runId, checks }) =>
      checks
        .filter(({ evidence }) => evidence.probe === 'model')
        .map(({ id, outcome, observed }) => ({ runId, check: id, outcome, observed })),
    ),
  };
}
