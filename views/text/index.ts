import type { Locale } from '../../src/domain/localized.js';
import { en } from './en.js';
import type { Text } from './text.js';
import { zhCN } from './zh-CN.js';

const TEXTS: Readonly<Record<Locale, Text>> = { en, 'zh-CN': zhCN };

export const textFor = (locale: Locale): Text => TEXTS[locale];

export type { Facts, Text } from './text.js';
