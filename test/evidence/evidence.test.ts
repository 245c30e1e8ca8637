import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { evidenceVerify } from '../../commands/evidence.js';
import { openAuditKey } from '../../src/audit/audit-key.js';
import { plainText } from '../../src/domain/plain-text.js';
import { preAuthEncoding, signedStatement } from '../../src/evidence/statement.js';
import { verifyFolder } from '../../src/evidence/verify-folder.js';
import { sha256Of } from '../../src/machine/sha256.js';
import { otherSpellings } from '../support/other-spellings.js';
import { createEvidenceStage, type EvidenceStage, HOSTILE } from './support/evidence-stage.js';

let stage: EvidenceStage;
beforeAll(async () => {
  stage = await createEvidenceStage();
});
afterAll(() => stage.world.end());

let made = 0;
/** A new folder with the evidence of the release. */
async function releaseFolder(id = stage.releaseId): Promise<string> {
  made += 1;
  const folder = stage.path(`evidence-${made}`);
  expect((await stage.type([id, '--out', folder])).exitCode).toBe(0);
  return folder;
}
const named = () => ({ fingerprint: stage.key.fingerprint });
const readJson = async (...parts: string[]) => JSON.parse(await readFile(join(...parts), 'utf8'));
const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('a folder of a release', () => {
  test('holds all that decided', async () => {
    const folder = await releaseFolder();
    const { runbookSha256, model } = stage.request.plan;
    const runbook = `runbook-${runbookSha256.slice(0, 12)}`;
    const meta = `model-${model?.metaSha256?.slice(0, 12)}`;
    const run = stage.request.checkRunId;
    expect(await filesIn(folder)).toEqual(
      [
        'approvals.json',
        'audit.json',
        'documents.json',
        'index.html',
        `${meta}/next.meta.json`,
        'model.json',
        'public-key.pem',
        'release.json',
        'request.json',
        `${runbook}/runbook.yaml`,
        `runs/${run}.json`,
        'runs/missing.json',
        'statement.dsse.json',
      ].sort(),
    );
    const { world } = stage;
    expect(await readFile(join(folder, runbook, 'runbook.yaml'), 'utf8')).toBe(
      await readFile(world.path('runbook.yaml'), 'utf8'),
    );
    expect(await readJson(folder, 'request.json')).toMatchObject({
      digest: stage.request.digest,
      plan: { hosts: [{ host: 'h1', changes: expect.any(Array) }, { host: 'h2' }] },
    });
    expect(await readJson(folder, 'approvals.json')).toMatchObject([
      { person: { name: 'bob' }, decision: 'approved' },
      { person: { name: 'carol' } },
    ]);
    expect(await readJson(folder, 'release.json')).toMatchObject({
      state: 'reverted',
      steps: [{ kind: 'restart' }, { problem: { quotes: [expect.stringContaining('onnx load failed')] } }],
    });
    expect(await readJson(folder, 'model.json')).toMatchObject({
      brings: { name: 'next.onnx', sha256: model?.sha256 },
      version: 'v2',
    });
    const stored = await readJson(folder, 'runs', `${run}.json`);
    expect(stored).toMatchObject({ runId: run, runbookSha256 });
    expect(stored.checks.length).toBeGreaterThan(3);
    const { links, head } = await readJson(folder, 'audit.json');
    expect(links.map((link: { kind?: string; position: number }) => [link.position, link.kind])).toEqual([
      [2, 'release.requested'],
      [3, undefined],
      [4, 'release.state'],
    ]);
    expect(head.position).toBe(6);
  });

  test('holds no secret, and no byte that could steer a terminal outside of the texts that were kept', async () => {
    const folder = await releaseFolder();
    for (const file of await filesIn(folder)) {
      const text = await readFile(join(folder, file), 'utf8');
      expect(text).not.toContain('deadbeef');
      if (!file.startsWith('runbook-')) expect(text).toBe(plainText(text));
    }
    expect((await readJson(folder, 'request.json')).reason).toBe(stage.request.reason);
  });

  test('has one page for people, in which nothing that somebody wrote is markup', async () => {
    const page = await readFile(join(await releaseFolder(), 'index.html'), 'utf8');
    expect(page).not.toMatch(/<script/i);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain("default-src 'none'");
    for (const part of [
      'bob (U0BOB)',
      'S__MODEL_PATH',
      'env.enabled',
      'Error: onnx load failed',
      stage.request.digest,
    ])
      expect(page).toContain(part);
    const folder = stage.path('in-chinese');
    await stage.type([stage.releaseId, '--out', folder], 'terminal', 'zh-CN');
    expect(await readFile(join(folder, 'index.html'), 'utf8')).toContain('发布证据');
  });

  test('is signed so that other tools can follow it: DSSE and in-toto, by Node’s own crypto', async () => {
    const folder = await releaseFolder();
    const envelope = await readJson(folder, 'statement.dsse.json');
    const payload = Buffer.from(envelope.payload, 'base64');
    const type = Buffer.from(envelope.payloadType);
    const signed = Buffer.concat([
      Buffer.from(`DSSEv1 ${type.length} `),
      type,
      Buffer.from(` ${payload.length} `),
      payload,
    ]);
    const key = createPublicKey(await readFile(join(folder, 'public-key.pem')));
    const signature = Buffer.from(envelope.signatures[0].sig, 'base64');
    expect(key.asymmetricKeyType).toBe('ed25519');
    expect(verify(null, signed, key, signature)).toBe(true);
    expect(verify(null, payload, key, signature)).toBe(false);
    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    const statement = JSON.parse(payload.toString('utf8'));
    expect(Object.keys(statement)).toEqual(['_type', 'subject', 'predicateType', 'predicate']);
    expect(statement._type).toBe('https://in-toto.io/Statement/v1');
    expect(URL.canParse(statement.predicateType)).toBe(true);
    const files = (await filesIn(folder)).filter((file) => file !== 'statement.dsse.json');
    expect(statement.subject.map(({ name }: { name: string }) => name).sort()).toEqual(files);
    for (const { name, digest } of statement.subject)
      expect(digest).toEqual({ sha256: sha256Of(await readFile(join(folder, name))) });
  });

  test('the lengths that are signed are bytes', () => {
    expect(preAuthEncoding('http://example.com/HelloWorld', 'hello world')).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
    expect(preAuthEncoding('t', '发布')).toBe('DSSEv1 1 t 6 发布');
  });
});

describe('verify', () => {
  test('needs the folder alone, and says whose key it went by', async () => {
    const folder = await releaseFolder();
    const { fingerprint } = stage.key;
    const about = { kind: 'release', id: stage.releaseId, strategy: 's', target: 'live' };
    const verdict = await verifyFolder(folder);
    expect(verdict).toMatchObject({ about, fingerprint, isKeyNamed: false, faults: [] });
    expect(await verifyFolder(folder, named())).toMatchObject({ isKeyNamed: true, faults: [] });
    const pem = await readFile(join(folder, 'public-key.pem'), 'utf8');
    expect(await verifyFolder(folder, { pem })).toMatchObject({ isKeyNamed: true, faults: [] });
  });

  test('names each file of which one byte was changed, also the statement', async () => {
    const folder = await releaseFolder();
    for (const file of await filesIn(folder)) {
      const path = join(folder, file);
      const before = await readFile(path);
      const changed = Buffer.from(before);
      const middle = Math.floor(changed.length / 2);
      changed[middle] = (changed[middle] ?? 0) ^ 1;
      await writeFile(path, changed);
      const { faults } = await verifyFolder(folder, named());
      const [{ code }] = faults as [{ code: string }];
      if (file === 'statement.dsse.json') expect(['signature', 'statement_unreadable']).toContain(code);
      else if (file === 'public-key.pem') expect(['signature', 'no_key', 'changed']).toContain(code);
      else expect(faults).toEqual([{ code: 'changed', path: file }]);
      await writeFile(path, before);
    }
    expect((await verifyFolder(folder, named())).faults).toEqual([]);
  });

  test('every byte of the statement counts', async () => {
    const folder = await releaseFolder();
    const path = join(folder, 'statement.dsse.json');
    const before = await readFile(path);
    for (let index = 0; index < before.length; index += 7) {
      const changed = Buffer.from(before);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await writeFile(path, changed);
      expect((await verifyFolder(folder, named())).faults).toHaveLength(1);
    }
    await writeFile(path, `${before.toString('utf8')} `);
    expect((await verifyFolder(folder, named())).faults).toEqual([{ code: 'signature' }]);
  });

  test('base64 that decodes to the same bytes but was not written so does not hold', async () => {
    const folder = await releaseFolder();
    const path = join(folder, 'statement.dsse.json');
    const before = await readFile(path, 'utf8');
    const { sig } = JSON.parse(before).signatures[0] as { sig: string };
    const others = otherSpellings(sig);
    expect(others.length).toBeGreaterThan(3);
    for (const other of others) {
      expect(Buffer.from(other, 'base64')).toEqual(Buffer.from(sig, 'base64'));
      await writeFile(path, before.replace(sig, other));
      expect((await verifyFolder(folder, named())).faults).toEqual([{ code: 'signature' }]);
    }
    await writeFile(path, before);
    expect((await verifyFolder(folder, named())).faults).toEqual([]);
  });

  test('names what is missing, what was added, and what is no file', async () => {
    const folder = await releaseFolder();
    await rm(join(folder, 'approvals.json'));
    await writeFile(join(folder, 'runs', 'more.json'), '{}');
    await mkdir(join(folder, 'empty'));
    await rename(join(folder, 'audit.json'), join(folder, '..', 'away.json'));
    await symlink('../away.json', join(folder, 'audit.json'));
    const { faults } = await verifyFolder(folder, named());
    expect(faults).toHaveLength(4);
    expect(faults).toEqual(
      expect.arrayContaining([
        { code: 'missing', path: 'approvals.json' },
        { code: 'added', path: 'runs/more.json' },
        { code: 'added', path: 'empty' },
        { code: 'not_a_file', path: 'audit.json' },
      ]),
    );
  });

  test('a folder that somebody else has signed does not hold for who names the bot’s key', async () => {
    const folder = await releaseFolder();
    const other = await openAuditKey(stage.path('other'));
    const statement = { kind: 'release', id: 'x', strategy: 's', target: 'live', madeAt: 'now' } as const;
    await writeFile(join(folder, 'statement.dsse.json'), signedStatement(statement, new Map(), other));
    const pem = createPublicKey({
      key: Buffer.from(other.publicKey, 'base64'),
      type: 'spki',
      format: 'der',
    }).export({ type: 'spki', format: 'pem' });
    await writeFile(join(folder, 'public-key.pem'), pem);
    expect((await verifyFolder(folder, named())).faults).toEqual([{ code: 'signature' }]);
    const foreign = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
    expect((await verifyFolder(folder, { pem: String(foreign) })).faults).toEqual([{ code: 'signature' }]);
    expect((await verifyFolder(stage.path('nowhere'))).faults).toEqual([{ code: 'no_statement' }]);
  });

  test('what was changed in the database before it was signed shows all the same', async () => {
    const { pool } = stage.world.database;
    const { requestId, digest } = stage.request;
    const spoil = async (sql: string, values: unknown[], back: string, backValues: unknown[]) => {
      await pool.query(sql, values);
      const folder = await releaseFolder();
      await pool.query(back, backValues);
      return (await verifyFolder(folder, named())).faults;
    };
    const setDigest = 'UPDATE lobml.release_requests SET digest = $2 WHERE request_id = $1';
    expect(await spoil(setDigest, [requestId, 'ab'], setDigest, [requestId, digest])).toEqual([
      { code: 'digest', path: 'request.json' },
    ]);
    const setReason = `UPDATE lobml.audit_events SET reason = $1 WHERE kind = 'release.state'`;
    expect(await spoil(setReason, ['nothing'], setReason, [HOSTILE])).toEqual([
      { code: 'chain', path: 'audit.json' },
    ]);
  });

  test('answers in a terminal with sentences and an exit code', async () => {
    const folder = await releaseFolder();
    const typeVerify = async (...words: string[]) => {
      const said: string[] = [];
      const conversation = {
        person: { id: 'a', name: 'a', surface: 'terminal' as const },
        locale: 'en' as const,
        channel: '',
        post: () => Promise.reject(new Error('nothing is posted')),
        whisper: async ({ text }: { readonly text: string }) => void said.push(text),
      };
      const { exitCode } = await evidenceVerify.run(['verify', ...words], conversation, undefined);
      return [exitCode, said.join('\n')];
    };
    const pem = join(folder, 'public-key.pem');
    expect(await typeVerify(folder, '--key', pem)).toEqual([0, expect.stringContaining('It holds')]);
    expect(await typeVerify(folder, '--key', stage.key.fingerprint.toUpperCase())).toEqual([
      0,
      expect.any(String),
    ]);
    expect(await typeVerify(folder)).toEqual([3, expect.stringContaining('taken from the folder itself')]);
    await writeFile(join(folder, 'release.json'), '{}');
    expect(await typeVerify(folder)).toEqual([1, expect.stringContaining('release.json was changed.')]);
    await expect(typeVerify()).rejects.toMatchObject({ code: 'evidence_words' });
    await expect(typeVerify(folder, '--key', stage.path('none'))).rejects.toMatchObject({
      code: 'evidence_key',
    });
    await expect(typeVerify(folder, '--key', 'deadbeef')).rejects.toMatchObject({
      code: 'evidence_key',
      facts: { key: 'deadbeef' },
    });
    await expect(typeVerify(folder, '--key', join(folder, 'release.json'))).rejects.toMatchObject({
      code: 'evidence_key',
    });
  });
});

describe('a folder', () => {
  test('is written whole or not at all, and never among other files', async () => {
    const taken = stage.path('taken');
    await mkdir(taken);
    await writeFile(join(taken, 'mine.txt'), 'mine');
    const write = (folder: string) => stage.type([stage.releaseId, '--out', folder]);
    await expect(write(taken)).rejects.toMatchObject({ code: 'evidence_folder_taken' });
    await expect(write(join(taken, 'mine.txt'))).rejects.toMatchObject({ code: 'evidence_folder_taken' });
    await expect(write(stage.path('no', 'such', 'parent'))).rejects.toMatchObject({
      code: 'evidence_folder_unwritable',
    });
    expect(await readdir(taken)).toEqual(['mine.txt']);
    const empty = stage.path('empty');
    await mkdir(empty);
    expect((await write(empty)).exitCode).toBe(0);
    expect((await verifyFolder(empty, named())).faults).toEqual([]);
    expect((await readdir(stage.world.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('of a halt has the halt and its events', async () => {
    const folder = await releaseFolder(stage.haltId);
    expect(await readJson(folder, 'halt.json')).toMatchObject({
      haltId: stage.haltId,
      state: 'not_verified',
    });
    expect(await readFile(join(folder, 'index.html'), 'utf8')).toContain('Evidence of a halt');
    expect(await verifyFolder(folder, named())).toMatchObject({ about: { kind: 'halt' }, faults: [] });
  });

  test('says what was not kept, as of a release of an earlier version', async () => {
    const { pool } = stage.world.database;
    const { rows } = await pool.query('DELETE FROM lobml.kept_documents RETURNING *');
    const { said, json } = await stage.type([stage.releaseId, '--out', stage.path('old')]);
    for (const { kind, sha256, files } of rows)
      await pool.query('INSERT INTO lobml.kept_documents (kind, sha256, files) VALUES ($1, $2, $3)', [
        kind,
        sha256,
        JSON.stringify(files),
      ]);
    expect(said).toContain(`Runbook and statements ${stage.request.plan.runbookSha256}`);
    expect(json).toMatchObject({ notKept: [{ what: 'runbook' }, { what: 'model_meta' }] });
    const page = await readFile(stage.path('old', 'index.html'), 'utf8');
    expect(page).toContain('Not kept: it decided before this version kept texts.');
    expect((await verifyFolder(stage.path('old'), named())).faults).toEqual([]);
  });

  test('is not to be had in Slack, nor for an id that nothing has', async () => {
    const { said } = await stage.type([stage.releaseId, '--out', stage.path('slack')], 'slack');
    expect(said).toContain(`lobml evidence ${stage.releaseId} --out DIR`);
    expect(await readdir(stage.world.folder)).not.toContain('slack');
    const unknown = stage.type([stage.request.requestId, '--out', stage.path('none')]);
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_release_or_halt' });
    await expect(stage.type([stage.releaseId])).rejects.toMatchObject({ code: 'evidence_words' });
  });
});
