import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256OfEvent } from '../audit/chain.js';
import { chainedEventSchema } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/canonical-json.js';
import { documentHash } from '../machine/document-hash.js';
import { sha256Of } from '../machine/sha256.js';
import { FILES } from './evidence-files.js';
import type { Statement } from './statement.js';

const requestSchema = z.object({ plan: z.json(), evidence: z.json(), digest: z.string() });
const linkSchema = z.object({ position: z.number(), previousSha256: z.string(), sha256: z.string() });
const chainSchema = z.object({ links: z.array(z.union([chainedEventSchema, linkSchema])) });
const documentsSchema = z.array(
  z.object({
    sha256: z.string(),
    isKept: z.boolean(),
    files: z.array(z.object({ name: z.string(), path: z.string() })),
  }),
);

interface Inconsistency {
  readonly code: 'digest' | 'document' | 'chain';
  readonly path: string;
}

/** Whether the parts fit each other: what approvals are bound to, the texts behind their hashes, the links of the chain. */
export async function inconsistencies(
  folder: string,
  subject: Statement['subject'],
): Promise<readonly Inconsistency[]> {
  const has = (path: string) => subject.some(({ name }) => name === path);
  const read = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, path), 'utf8'));
  const found: Inconsistency[] = [];
  if (has(FILES.request)) {
    const request = requestSchema.safeParse(await read(FILES.request)).data;
    const { plan, evidence } = request ?? {};
    if (request === undefined || sha256Of(canonicalJson({ plan, evidence })) !== request.digest)
      found.push({ code: 'digest', path: FILES.request });
  }
  for (const path of await brokenDocuments(folder, await read(FILES.documents)))
    found.push({ code: 'document', path });
  if (!isUnbroken(await read(FILES.chain))) found.push({ code: 'chain', path: FILES.chain });
  return found;
}

async function brokenDocuments(folder: string, value: unknown): Promise<readonly string[]> {
  const documents = documentsSchema.safeParse(value).data;
  if (documents === undefined) return [FILES.documents];
  const broken: string[] = [];
  for (const { sha256, files } of documents.filter(({ isKept }) => isKept)) {
    const texts = await Promise.all(
      files.map(async ({ name, path }) => ({ name, text: await readFile(join(folder, path), 'utf8') })),
    );
    if (documentHash(texts) !== sha256) broken.push(files[0]?.path ?? FILES.documents);
  }
  return broken;
}

function isUnbroken(value: unknown): boolean {
  const links = chainSchema.safeParse(value).data?.links;
  if (links === undefined) return false;
  return links.every((link, index) => {
    const before = links[index - 1];
    const follows =
      before === undefined ||
      (link.position === before.position + 1 && link.previousSha256 === before.sha256);
    return follows && (!('eventId' in link) || sha256OfEvent(link) === link.sha256);
  });
}
