import { App, HTTPReceiver } from '@slack/bolt';

// A Bolt app that only acknowledges. A process of its own, as the bot is; it ends with its parent.
process.stdin.on('end', () => process.exit()).resume();
const [, , port = '', signingSecret = ''] = process.argv;
const receiver = new HTTPReceiver({ signingSecret });
const app = new App({ receiver, authorize: async () => ({ botToken: 'xoxb-none' }) });
app.command('/lobml', async ({ ack }) => ack());
await app.start(Number(port));
process.stdout.write('ready\n');
