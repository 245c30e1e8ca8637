/** What a primary answers to `SOURCE_QUERY`. */
export const PRIMARY = {
  in_recovery: false,
  is_paused: false,
  lag_secs: null,
  is_read_only: false,
  backend_pid: 1,
} as const;
