import { sha256Of } from '../machine/sha256.js';

/** What holds for files of every kind of host. */

export const FILE_TIMEOUT_MS = 10_000;
export const ARTEFACT_TIMEOUT_MS = 120_000;
export const DEFAULT_MAX_BYTES = 1024 * 1024;
/** An environment file holds secrets: group may read, others not. */
export const NEW_FILE_MODE = 0o640;
export const NEW_ARTEFACT_MODE = 0o644;
/** What a file that is not there counts as when the plan is compared. */
export const EMPTY_SHA256 = sha256Of('');
