import { SlackError } from '../api/slack-error.js';
import { isObject, type JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import type { Courier } from '../delivery/courier.js';
import type { Ack } from '../delivery/transport.js';
import type { Channel, Member } from '../model.js';
import { applyAnswer } from './answers.js';
import { commandPayload } from './payloads.js';

export interface CommandLine {
  readonly person: Member;
  readonly channel: Channel;
  /** As typed, with the leading `/`. */
  readonly line: string;
  readonly inThread: boolean;
}

function hasContent(body: unknown): body is JsonObject {
  return isObject(body) && (body.text !== undefined || body.blocks !== undefined);
}

/** Runs a slash command. What goes wrong is shown to the person, as Slack does. */
export async function runCommand(
  core: Core,
  courier: Courier,
  commands: readonly string[],
  { person, channel, line, inThread }: CommandLine,
): Promise<Ack | undefined> {
  const [command = '', ...rest] = line.trim().split(' ');
  const tell = (text: string) => core.workspace.notify({ user: person.id, channel: channel.id, text });
  if (!commands.includes(command)) {
    tell(`${command} is not a valid command. Slack takes every message that starts with "/" as a command.`);
    return undefined;
  }
  if (inThread) {
    tell(`${command} is not supported in threads. Sorry!`);
    return undefined;
  }
  const payload = commandPayload(core, person, channel, command, rest.join(' ').trim());
  const ack = await courier.deliver({ kind: 'slash_commands', payload });
  if (!ack.ok) {
    tell(`${command} failed with the error "${ack.error}"`);
    return ack;
  }
  try {
    if (hasContent(ack.body)) applyAnswer(core, { channel: channel.id, user: person.id }, ack.body);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    tell(`${command} failed with the error "invalid_command_response" (${error.code})`);
  }
  return ack;
}
