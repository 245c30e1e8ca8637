import { App, HTTPReceiver } from '@slack/bolt';

// The least that a Bolt app can do with a command. A program of its own, as the bot is; it ends with its parent.
process.stdin.on('end', () => process.exit()).resume();
const [, , port = '', signingSecret = ''] = process.argv;
const receiver = new HTTPReceiver({ signingSecret });
const app = new App({ receiver, authorize: async () => ({ botToken: 'xoxb-none' }) });
app.command('/lobml', async ({ ack }) => ack());
await app.start(Number(port));
process.stdout.write('ready\n');
