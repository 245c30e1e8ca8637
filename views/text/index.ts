import type { Locale } from '../../src/domain/localized.js';
import { en, type Text } from './en/index.js';
import { zhCN } from './zh-CN/index.js';

/** Every language: its folder here, its line in this list, and its name in `LOCALES`. */
const LANGUAGES: Readonly<Record<Locale, Text>> = { en, 'zh-CN': zhCN };

export type { Text } from './en/index.js';

export const textFor = (locale: Locale): Text => LANGUAGES[locale];
