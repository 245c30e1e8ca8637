import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, loadConfig, readEnvironment } from '../../src/config/config.js';
import { explainStart } from '../../src/doctor/explain-failure.js';
import { say } from '../../views/sentence.js';

const bot = { SLACK_BOT_TOKEN: 'xoxb-1-secret', SLACK_APP_TOKEN: 'xapp-1-secret' };

function faultsOf(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

describe('loadConfig', () => {
  test('fills in every default', () => {
    const config = loadConfig(bot, { role: 'bot' });
    expect(config).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
      tradingDatabaseUrl: undefined,
      runbookFile: 'runbooks/',
      targetsFile: 'targets.yaml',
      dataDir: '.data',
      locale: 'en',
      logLevel: 'info',
      tolerated: [],
    });
    expect(loadConfig({}, { role: 'terminal' }).logLevel).toBe('error');
    expect(loadConfig({ LOG_LEVEL: 'info' }, { role: 'kill_switch' }).logLevel).toBe('info');
    expect(config.slack.transport.kind).toBe('socket');
    expect(config.slack.botToken.reveal()).toBe('xoxb-1-secret');
  });

  test('takes HTTP mode from a signing secret, and treats an empty variable as not set', () => {
    const env = { ...bot, SLACK_APP_TOKEN: ' ', SLACK_SIGNING_SECRET: '0123456789abcdef0123', PORT: '' };
    const config = loadConfig(env, { role: 'bot' });
    expect(config.slack.transport.kind).toBe('http');
    expect(config.port).toBe(3000);
  });

  test('lists every fault at once, without the value of a secret', () => {
    const env = {
      SLACK_BOT_TOKEN: 'hunter2-bot',
      SLACK_SIGNING_SECRET: 'hunter2',
      SLACK_API_URL: 'ftp://slack',
      PORT: '65536',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      TRADING_DATABASE_URL: 'hunter2',
      LOCALE: 'de',
      LOG_LEVEL: 'loud',
    };
    const error = faultsOf(() => loadConfig(env, { role: 'bot' }));
    expect(error.faults.map((fault) => fault.variable)).toEqual(Object.keys(env));
    const { says } = explainStart(error, { locale: 'en', say });
    expect(error.message + says).not.toContain('hunter2');
    expect(says).toContain('"de" is not one of en, zh-CN');
    for (const { variable, fault } of error.faults) {
      expect(error.message).toContain(`${variable}: ${fault.code}`);
      expect(say(fault, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test('names what is missing for the bot', () => {
    const error = faultsOf(() => loadConfig({}, { role: 'bot' }));
    expect(error.faults.map((fault) => fault.variable)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET',
    ]);
  });

  test('a terminal works without Slack and only remembers its faults', () => {
    expect(loadConfig({}, { role: 'terminal' })).toMatchObject({ slack: undefined, tolerated: [] });
    const config = loadConfig({ SLACK_BOT_TOKEN: 'wrong' }, { role: 'terminal' });
    expect(config.slack).toBeUndefined();
    expect(config.tolerated.map((fault) => fault.variable)).toContain('SLACK_BOT_TOKEN');
    expect(() => loadConfig({ PORT: 'x' }, { role: 'terminal' })).toThrow(ConfigError);
  });

  test('secrets do not print', () => {
    const config = loadConfig({ ...bot, DATABASE_URL: 'postgres://u:hunter2@db/x' }, { role: 'bot' });
    const printed = [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.databaseUrl}`].join();
    expect(printed).not.toMatch(/hunter2|1-secret/);
    expect(printed).toContain('[secret]');
  });
});

test('a .env file is read where the environment says nothing', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lobml-env-')), '.env');
  expect(readEnvironment({ PORT: '5000' }, file)).toEqual({ PORT: '5000' });
  writeFileSync(file, '# a comment\nLOCALE=zh-CN\nPORT=4000\n');
  expect(readEnvironment({ PORT: '5000' }, file)).toEqual({ LOCALE: 'zh-CN', PORT: '5000' });
});
