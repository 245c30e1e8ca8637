import type { Announcer } from '../messages/announcer.js';
import { classifyFailure, isPlaceRefusal } from './failure.js';
import { DELIVERY_KEY, type Poster } from './poster.js';

type AnnouncingPoster = Pick<Poster, 'postOnce' | 'update' | 'find'>;

/**
 * Over the bot's own connection; a call that fails is tried again by the job that asked.
 * @param urgent for messages, told by their key, that go before all others
 */
export function createSlackAnnouncer(
  poster: AnnouncingPoster,
  urgent?: { readonly poster: AnnouncingPoster; readonly is: (key: string) => boolean },
): Announcer {
  return {
    async post(channel, report, key, threadTs) {
      const metadata = { event_type: 'lobml_request', event_payload: { [DELIVERY_KEY]: key } };
      const own = urgent?.is(key) === true ? urgent.poster : poster;
      return own.postOnce({ channel, threadTs }, { ...report, metadata }, key);
    },
    async find(channel, key, since, threadTs) {
      try {
        return (await poster.find({ channel, threadTs }, key, since.getTime()))?.ts;
      } catch (error) {
        // Where it may not look, it stands nowhere as far as anybody knows.
        if (isPlaceRefusal(error)) return undefined;
        throw error;
      }
    },
    async change(ref, report) {
      try {
        await poster.update(ref, report);
        return true;
      } catch (error) {
        if (isPlaceRefusal(error)) return false;
        throw error;
      }
    },
    isRefused: isPlaceRefusal,
    waitAfter(error) {
      const failure = classifyFailure(error);
      return failure.kind === 'rate_limited' ? failure.retryAfterMs : 0;
    },
  };
}
