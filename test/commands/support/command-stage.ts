import type { DecisionServices } from '../../../commands/decision-services.js';
import type { Services } from '../../../src/app/services.js';
import type { EventToRecord } from '../../../src/audit/audit-trail.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import { createAcknowledgementStore } from '../../../src/checks/store/acknowledgements.js';
import { createRunStore } from '../../../src/checks/store/run-store.js';
import type { Click, Conversation, LiveMessage } from '../../../src/conversation/subcommand.js';
import type { MessageRef, Report } from '../../../src/domain/report.js';
import { createMessages } from '../../../src/messages/messages.js';
import type { Subject } from '../../../src/messages/subject.js';
import { parseRunbook } from '../../../src/runbook/load-runbook.js';
import type { Runbook } from '../../../src/runbook/runbook.js';
import { parseTargets } from '../../../src/runbook/targets.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { terminalText } from '../../../views/terminal.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestKeeper, databaseOn } from '../../support/keeping.js';

const START = Date.parse('2026-03-01T12:00:00.000Z');

/** Everybody else on the stage is a member of the workspace. */
export const GUEST = 'U0GUEST';

const RUNBOOK = `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: { limit: 10 }
variables: { ENABLED: { type: boolean, default: false } }
sections:
  - id: '4.1'
    title: { en: One, zh-CN: 一 }
    kind: [verify, gonogo]
    checks:
      - { id: a.one, title: { en: One, zh-CN: 一 }, sql: "SELECT 'one' AS n", pass: 'rows[0].n > 0.0', fail: 'rows[0].n < 0.0' }
      - { id: a.two, title: { en: Two, zh-CN: 二 }, sql: "SELECT 'two' AS n", pass: 'rows[0].n > 0.0', fail: 'rows[0].n < 0.0' }
  - id: '5'
    title: { en: Three, zh-CN: 三 }
    kind: [gonogo]
    checks:
      - { id: a.three, title: { en: Three, zh-CN: 三 }, sql: "SELECT 'three' AS n", pass: 'rows[0].n > 0.0', fail: 'rows[0].n < 0.0' }
criteria:
  - { id: first, kind: go, title: { en: First, zh-CN: 甲 }, checks: [a.one] }
  - { id: second, kind: no_go, title: { en: Second, zh-CN: 乙 }, checks: [a.two] }
`;

const TARGETS = `defaultTarget: live
roles: { requesters: [U0ALICE], operators: [U0CAROL], admins: [] }
groups: { S0RISK: [U0BOB] }
targets:
  live:
    hosts: [{ name: h1, connection: local }]
    service: { manager: systemd, unit: toy.service }
    environmentFiles: [{ path: /etc/toy.env }]
    approval: { quorum: 1, groups: [S0RISK] }
    channels: { reports: C0REPORTS, incidents: C0INCIDENTS }
`;

/** Three checks in two sections, and two criteria over them. */
export const decisionRunbook = (): Promise<Runbook> =>
  parseRunbook('toy.yaml', Buffer.from(RUNBOOK), PROBE_KINDS);

export interface CommandStage {
  readonly services: DecisionServices & Pick<Services, 'changeMessage'>;
  readonly conversation: Conversation;
  readonly posted: readonly (MessageRef & { readonly report: Report })[];
  readonly whispers: readonly string[];
  readonly audited: readonly EventToRecord[];
  readonly homeChanges: () => number;
  now(): Date;
  /** RFC 3339, so many ms after the present moment of the stage. */
  at(ms: number): string;
  pass(ms: number): void;
  click(value: string, user?: string): Click;
  /** Each message as it stands, as text. */
  messages(): readonly string[];
  texts(): string;
}

/** A channel that keeps what was posted, on a real database and a clock of its own. */
export function createCommandStage({ pool }: TestDatabase, runbook: Runbook): CommandStage {
  let clockMs = START;
  let changes = 0;
  const posted: (MessageRef & { report: Report })[] = [];
  const whispers: string[] = [];
  const audited: EventToRecord[] = [];
  const now = () => new Date(clockMs);
  const change = async (ref: MessageRef, report: Report) => {
    const message = posted.find(({ channel, ts }) => channel === ref.channel && ts === ref.ts);
    if (message === undefined) throw new Error(`there is no message ${ref.ts}`);
    message.report = report;
    return true;
  };
  const postIn = async (channel: string, report: Report): Promise<LiveMessage> => {
    const message = { channel, ts: String(posted.length + 1), report };
    posted.push(message);
    const update = (next: Report) => {
      message.report = next;
    };
    return { ref: message, update, finish: async (next) => update(next) };
  };
  const unused = () => {
    throw new Error('this stage does not need it');
  };
  // The jobs of the bot, done at once.
  const waiting: Subject[] = [];
  const keeper = createTestKeeper({
    pool,
    announcer: { post: unused, find: unused, change, isRefused: unused, waitAfter: unused },
    subjectChanged: async (_client, subject) => void waiting.push(subject),
    now,
  });
  const changed = async (subject: Subject) => {
    for (let next: Subject | undefined = subject; next !== undefined; next = waiting.shift())
      await keeper.show(next);
  };
  const kept = createMessages(databaseOn(pool));
  const services: CommandStage['services'] = {
    changeMessage: async (ref, report) => void (await change(ref, report)),
    runbook,
    targets: parseTargets('targets.yaml', Buffer.from(TARGETS)),
    checks: { run: unused },
    runs: createRunStore(pool),
    messages: {
      ...kept,
      keep: async (message, ...posted) => {
        await kept.keep(message, ...posted);
        await changed(message.subject);
      },
      changed,
    },
    acknowledgements: createAcknowledgementStore(pool),
    access: { isMember: async ({ id }) => id !== GUEST },
    audit: {
      record: async (event) => {
        audited.push(event);
      },
    },
    postIn,
    homeChanged: () => {
      changes += 1;
    },
    logger: createLogger({ level: 'fatal', to: 'stderr' }),
    now,
  };
  const conversationOf = (user: string): Conversation => ({
    person: { id: user, name: user, surface: 'slack' },
    locale: 'en',
    channel: 'C0RELEASES',
    post: (report) => postIn('C0RELEASES', report),
    whisper: async ({ text }) => {
      whispers.push(text);
    },
  });
  const textOf = ({ report }: { report: Report }) =>
    report.blocks.map((block) => JSON.stringify(block)).join('\n') + terminalText(report);
  return {
    services,
    conversation: conversationOf('U0ALICE'),
    posted,
    whispers,
    audited,
    homeChanges: () => changes,
    now,
    at: (ms) => new Date(clockMs + ms).toISOString(),
    pass: (ms) => {
      clockMs += ms;
    },
    click: (value, user = 'U0ALICE') => ({
      ...conversationOf(user),
      reply: conversationOf(user).post,
      actionId: 'x',
      value,
      message: posted.at(-1),
      openModal: unused,
    }),
    messages: () => posted.map(textOf),
    texts: () => posted.map(textOf).join('\n'),
  };
}
