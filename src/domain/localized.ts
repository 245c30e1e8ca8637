import { z } from 'zod';
import type { ValueOf } from './value-of.js';

/** The languages a person can be answered in. `LOCALE` picks one for a whole installation. */
export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

/** One text in every language. */
export const localizedSchema = z.record(z.enum(LOCALES), z.string());
export type Localized = ValueOf<typeof localizedSchema>;
