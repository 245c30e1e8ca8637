import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import type { ReleaseRecord } from '../release/engine/release-record.js';
import { selectHalt } from '../rollback/queries/select-halt.js';
import { selectRelease } from './queries/select-release.js';
import { selectReleasePlace } from './queries/select-release-place.js';
import {
  type Place,
  type ReleaseOrHalt,
  type ReleasesAndHaltsRequest,
  selectReleasesAndHalts,
} from './queries/select-releases-and-halts.js';
import type { Queryable } from './queryable.js';

export type { Place, ReleaseOrHalt, ReleasesAndHaltsRequest };

/** Releases and halts of the past. An id that does not exist, or is no id at all, is undefined. */
export interface ReleaseHistory {
  /** Newest first; ask on with the last line as `before`. */
  page(request: ReleasesAndHaltsRequest): Promise<readonly ReleaseOrHalt[]>;
  placeOf(id: string): Promise<Place | undefined>;
  release(releaseId: string): Promise<ReleaseRecord | undefined>;
  halt(haltId: string): Promise<Halt | undefined>;
}

export function createReleaseHistory(database: Queryable): ReleaseHistory {
  const known = async <T>(id: string, read: () => Promise<T | undefined>) =>
    z.uuid().safeParse(id).success ? read() : undefined;
  return {
    page: (request) => selectReleasesAndHalts(database, request),
    placeOf: (id) => known(id, () => selectReleasePlace(database, id)),
    release: (id) => known(id, () => selectRelease(database, id)),
    halt: (id) => known(id, async () => (await selectHalt(database, id))?.halt),
  };
}
