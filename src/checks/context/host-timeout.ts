/** A layer, the service or the clock of a host must be readable within this time; the checks have their own bounds besides. */
export const HOST_TIMEOUT_MS = 5_000;
