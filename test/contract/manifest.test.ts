import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { COMMAND } from '../../src/slack/command-name.js';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
const manifest = JSON.parse(read('manifest.json'));

describe('manifest.json', () => {
  test('offers the slash command that the bot listens to, within the lengths that Slack allows', () => {
    const [command, ...others] = manifest.features.slash_commands;
    expect(others).toEqual([]);
    expect(command.command).toBe(COMMAND);
    expect(command.description.length).toBeLessThanOrEqual(100);
    expect(command.usage_hint.length).toBeLessThanOrEqual(100);
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
    expect(manifest.display_information.long_description.length).toBeGreaterThanOrEqual(174);
  });

  test('subscribes to the events that the bot listens to, and to no other', () => {
    const listened = [...read('src/slack/listeners.ts').matchAll(/app\.event\('(\w+)'/g)].map(
      (match) => match[1],
    );
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(listened);
  });

  test('asks for the scopes that the documentation explains', () => {
    const rows = read('docs/operations/slack-app.md').match(/^\| `.*$/gm) ?? [];
    const explained = rows.flatMap((row) => row.split('|')[1]?.match(/(?<=`)[\w:.]+(?=`)/g) ?? []);
    expect(manifest.oauth_config.scopes.bot).toEqual(explained.sort());
  });

  test('opens what modals, buttons and the Home need', () => {
    expect(manifest.settings).toMatchObject({
      interactivity: { is_enabled: true },
      socket_mode_enabled: true,
    });
    expect(manifest.features.app_home.home_tab_enabled).toBe(true);
  });
});
