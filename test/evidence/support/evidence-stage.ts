import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { evidence as evidenceCommand } from '../../../commands/evidence.js';
import { type AuditKey, openAuditKey } from '../../../src/audit/audit-key.js';
import { type AuditTrail, createAuditTrail } from '../../../src/audit/audit-trail.js';
import { LocalJournal } from '../../../src/audit/local-journal.js';
import { createRunbookKeeper } from '../../../src/checks/store/keep-runbook.js';
import type { SubcommandResult } from '../../../src/conversation/subcommand.js';
import { newHalt, newHostHalt } from '../../../src/domain/halt.js';
import type { Locale } from '../../../src/domain/localized.js';
import type { ReleaseRequest } from '../../../src/domain/release-request.js';
import { createEvidence, type EvidenceService } from '../../../src/evidence/evidence-service.js';
import { createHaltStore } from '../../../src/halt/halt-store.js';
import { insertRelease } from '../../../src/release/store/releases.js';
import { createTransact } from '../../../src/store/transaction.js';
import { systemClock } from '../../../src/time/clock.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
} from '../../release/support/release-world.js';

/** What a person or a machine may write to be read as something else. */
export const HOSTILE = '<script>alert(1)</script> "&\' \u001b[31mred\u202egnp.exe';

export interface EvidenceStage {
  readonly world: ReleaseWorld;
  readonly trail: AuditTrail;
  readonly key: AuditKey;
  readonly service: EvidenceService;
  readonly request: ReleaseRequest;
  readonly releaseId: string;
  readonly haltId: string;
  /** A path of the test's own folder. */
  path(...parts: string[]): string;
  /** `lobml evidence …` as typed in a terminal, or in Slack. */
  type(words: readonly string[], surface?: 'terminal' | 'slack', locale?: Locale): Promise<Typed>;
}

interface Typed extends SubcommandResult {
  readonly said: string;
}

/** A release that failed on its host, with approvals and events among those of others, and a halt. */
export async function createEvidenceStage(): Promise<EvidenceStage> {
  const world = await createReleaseWorld();
  const { pool } = world.database;
  const transact = createTransact(async () => pool);
  const dataDir = world.path('data');
  const trail = createAuditTrail({
    journal: new LocalJournal({ dataDir, owner: '7:', isAlive: () => true }),
    database: pool,
    transact,
    clock: systemClock,
    newId: randomUUID,
    onAway: (error) => {
      throw error;
    },
  });
  const { runbook } = world.context.sources;
  await createRunbookKeeper(pool, runbook, (error) => {
    throw error;
  })();
  const tell = (kind: string, details: Record<string, unknown>) =>
    trail.record({
      kind,
      strategy: 's',
      target: 'live',
      actor: CAROL,
      at: '2026-03-01T12:00:01.000Z',
      reason: HOSTILE,
      details,
    });
  await tell('lock.taken', {});
  const request = await requestAsAlice(world, { ...WISH, reason: `better ${HOSTILE}` });
  const { requestId } = request;
  await tell('release.requested', { requestId, plan: request.plan });
  await tell('lock.taken', { other: 1 });
  for (const person of [BOB, CAROL])
    await pool.query(
      `INSERT INTO lobml.approvals (request_id, person_id, person, decision, digest, reason, decided_at)
       VALUES ($1, $2, $3, 'approved', $4, NULL, '2026-03-01T12:05:00Z')`,
      [requestId, person.id, JSON.stringify(person), request.digest],
    );
  const releaseId = randomUUID();
  const startedAt = new Date('2026-03-01T12:06:00.000Z');
  const steps = [
    { position: 0, kind: 'restart', host: 'h1', checkpoint: null },
    { position: 1, kind: 'prove_start', host: 'h1', checkpoint: null },
  ] as const;
  await insertRelease(pool, {
    releaseId,
    requestId,
    plan: request.plan,
    steps,
    startedAt,
    confirmBy: new Date('2026-03-01T12:51:00.000Z'),
  });
  const problem = {
    code: 'failed_fast',
    facts: { host: 'h1', reason: 'exited' },
    quotes: [`Error: onnx load failed ${HOSTILE}`],
  };
  await pool.query(
    `UPDATE lobml.release_steps SET state = 'done', after = '{"pid": 4243}', finished_at = '2026-03-01T12:06:02Z'
     WHERE release_id = $1 AND position = 0`,
    [releaseId],
  );
  await pool.query(
    `UPDATE lobml.release_steps SET state = 'failed', problem = $2 WHERE release_id = $1 AND position = 1`,
    [releaseId, JSON.stringify(problem)],
  );
  await pool.query(
    `UPDATE lobml.releases SET state = 'reverted', problem = $2, ended_at = '2026-03-01T12:07:00Z' WHERE release_id = $1`,
    [releaseId, JSON.stringify(problem)],
  );
  await tell('release.state', { releaseId, state: 'reverted' });
  await tell('lock.taken', { other: 2 });
  const haltId = await storeHalt(world);
  await tell('halt.requested', { haltId });
  const key = await openAuditKey(dataDir);
  const service = createEvidence({
    database: pool,
    audit: trail,
    runs: world.context.runs,
    now: () => new Date('2026-03-02T00:00:00.000Z'),
    openKey: async () => key,
  });
  const type: EvidenceStage['type'] = async (words, surface = 'terminal', locale = 'en') => {
    const said: string[] = [];
    const unused = () => {
      throw new Error('nothing is posted');
    };
    const conversation = {
      person: { ...ALICE, surface },
      locale,
      channel: '',
      post: unused,
      whisper: async ({ text }: { readonly text: string }) => void said.push(text),
    };
    const result = await evidenceCommand.run(words, conversation, { evidence: service });
    return { ...result, said: said.join('\n') };
  };
  const path = (...parts: string[]) => join(world.folder, ...parts);
  return { world, trail, key, service, request, releaseId, haltId, path, type };
}

async function storeHalt({ database: { pool } }: ReleaseWorld): Promise<string> {
  const haltId = randomUUID();
  const halt = {
    ...newHalt({
      haltId,
      strategy: 's',
      target: 'live',
      kind: 'disable',
      wanted: { S__ENABLED: 'false' },
      wantedOf: {},
      requestedBy: CAROL,
      requestedAt: '2026-03-01T13:00:00.000Z',
      reason: HOSTILE,
      hosts: [newHostHalt('h1')],
    }),
    state: 'not_verified' as const,
    endedAt: '2026-03-01T13:03:00.000Z',
  };
  await createHaltStore(pool).save({ halt, messages: [] }, 'test');
  return haltId;
}
