import pg from 'pg';
import { createTrainingBot } from '../fixture.js';

/** A bot that follows a training, and is killed as by `kill -9` once it is that far. */
const [, , folder = '', url = '', trainingId = '', killAt = ''] = process.argv;
const bot = await createTrainingBot({ folder, pool: new pg.Pool({ connectionString: url }) });
await bot.follow(trainingId, {
  onChange: ({ state, progress }) => {
    const isThere = killAt === 'progress' ? progress !== null : state === killAt;
    if (isThere) process.kill(process.pid, 'SIGKILL');
  },
});
