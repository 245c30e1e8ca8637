import type { Locale } from '../../src/domain/localized.js';
import { rollbackEn } from './rollback-en.js';
import type { RollbackText } from './rollback-text.js';
import { rollbackZhCN } from './rollback-zh-CN.js';

const TEXTS: Readonly<Record<Locale, RollbackText>> = { en: rollbackEn, 'zh-CN': rollbackZhCN };

export const rollbackTextFor = (locale: Locale): RollbackText => TEXTS[locale];
