import type { Locale } from '../../src/domain/localized.js';
import { trainEn } from './train-en.js';
import type { TrainText } from './train-text.js';
import { trainZhCN } from './train-zh-CN.js';

const TEXTS: Readonly<Record<Locale, TrainText>> = { en: trainEn, 'zh-CN': trainZhCN };

export const trainTextFor = (locale: Locale): TrainText => TEXTS[locale];
