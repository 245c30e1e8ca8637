import type { Announcer } from '../messages/announcer.js';
import { classifyFailure } from './failure.js';
import { DELIVERY_KEY, type Poster } from './poster.js';

/** Over the bot's own connection; a call that fails is tried again by the job that asked. */
export function createSlackAnnouncer(poster: Pick<Poster, 'postOnce' | 'update' | 'find'>): Announcer {
  return {
    async post(channel, report, key) {
      const metadata = { event_type: 'lobml_request', event_payload: { [DELIVERY_KEY]: key } };
      return (await poster.postOnce({ channel }, { ...report, metadata }, key)).ts;
    },
    find: async (channel, key, since) => (await poster.find({ channel }, key, since.getTime()))?.ts,
    async change(ref, report) {
      try {
        await poster.update(ref, report);
        return true;
      } catch (error) {
        const failure = classifyFailure(error);
        if (failure.kind === 'refused' && failure.code === 'message_not_found') return false;
        throw error;
      }
    },
    waitAfter(error) {
      const failure = classifyFailure(error);
      return failure.kind === 'rate_limited' ? failure.retryAfterMs : 0;
    },
  };
}
