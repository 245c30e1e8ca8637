import { z } from 'zod';

/** `timestamptz`, as the driver hands it on, as RFC 3339. */
export const instantSchema = z.date().transform((instant) => instant.toISOString());
