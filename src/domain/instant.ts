import { z } from 'zod';

/** `timestamptz`, as the driver hands it on or as it stands within JSON, as RFC 3339. */
export const instantSchema = z
  .union([z.date(), z.string()])
  .pipe(z.coerce.date())
  .transform((instant) => instant.toISOString());
