import type { Frozen } from '../src/domain/frozen.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { escapeMrkdwn, section } from './blocks.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

/** That no release starts now, and until when. It names the moment, so it stays true after it. */
export function frozenBlocks(frozen: Frozen | undefined, locale: Locale): readonly Block[] {
  if (frozen === undefined) return [];
  const why = frozen.why === undefined ? '' : `: ${escapeMrkdwn(frozen.why)}`;
  const until = slackTime(frozen.until, 'date_short_pretty');
  return [section(`❄️ *${textFor(locale).release.frozen(until)}*${why}`)];
}
