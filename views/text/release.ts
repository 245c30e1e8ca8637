import type { Locale } from '../../src/domain/localized.js';
import { releaseEn } from './release-en.js';
import type { ReleaseText } from './release-text.js';
import { releaseZhCN } from './release-zh-CN.js';

const TEXTS: Readonly<Record<Locale, ReleaseText>> = { en: releaseEn, 'zh-CN': releaseZhCN };

export const releaseTextFor = (locale: Locale): ReleaseText => TEXTS[locale];
