import type { ConfigurationError } from '../../src/runbook/configuration-fault.js';
import { faultInWords } from '../support/in-words.js';

const HAN = /[\u4e00-\u9fff]/;
/** Where a condition or a regular expression stands: there the library that reads it says what is wrong. */
const READ_BY_A_LIBRARY = /\.(pass|warn|fail|wrongRows|when|progress\.\d+|errorLines\.\d+)：无法理解：/;

/** The faults that are not told in Chinese as they should be: none, where all is well. */
export function notInChinese(error: unknown): readonly ReturnType<typeof faultInWords>[] {
  return (error as ConfigurationError).faults
    .map(faultInWords)
    .filter(
      ({ chinese }) => !HAN.test(chinese) || (/无法理解/.test(chinese) && !READ_BY_A_LIBRARY.test(chinese)),
    );
}
