import type { Locale } from '../../src/domain/localized.js';
import type { ReleaseText } from './en/release.js';
import { releaseEn } from './en/release.js';
import type { Text } from './en/report.js';
import { en } from './en/report.js';
import type { RollbackText } from './en/rollback.js';
import { rollbackEn } from './en/rollback.js';
import type { TrainText } from './en/train.js';
import { trainEn } from './en/train.js';
import { releaseZhCN } from './zh-CN/release.js';
import { zhCN } from './zh-CN/report.js';
import { rollbackZhCN } from './zh-CN/rollback.js';
import { trainZhCN } from './zh-CN/train.js';

const TEXTS: Readonly<Record<Locale, Text>> = { en, 'zh-CN': zhCN };

export const textFor = (locale: Locale): Text => TEXTS[locale];

export type { Facts, Text } from './en/report.js';

const RELEASE_TEXTS: Readonly<Record<Locale, ReleaseText>> = { en: releaseEn, 'zh-CN': releaseZhCN };

export const releaseTextFor = (locale: Locale): ReleaseText => RELEASE_TEXTS[locale];

const ROLLBACK_TEXTS: Readonly<Record<Locale, RollbackText>> = { en: rollbackEn, 'zh-CN': rollbackZhCN };

export const rollbackTextFor = (locale: Locale): RollbackText => ROLLBACK_TEXTS[locale];

const TRAIN_TEXTS: Readonly<Record<Locale, TrainText>> = { en: trainEn, 'zh-CN': trainZhCN };

export const trainTextFor = (locale: Locale): TrainText => TRAIN_TEXTS[locale];
