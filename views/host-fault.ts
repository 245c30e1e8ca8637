import { faultAmong, type StoredFault, toldHostFault } from '../src/domain/host-fault.js';
import type { Locale } from '../src/domain/localized.js';
import { textFor } from './text/index.js';

/** What a host did instead of what was asked. @param fault as text: the sentence that an earlier version stored */
export const hostFaultText = (fault: StoredFault | string, locale: Locale): string =>
  typeof fault === 'string' ? fault : toldHostFault(textFor(locale).hostFault, fault);

/** The same of one that stands among other facts; '' where none does. */
export const hostFaultAmong = (facts: Readonly<Record<string, unknown>>, locale: Locale): string =>
  hostFaultText(faultAmong(facts) ?? String(facts['detail'] ?? ''), locale);
