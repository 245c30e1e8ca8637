/** What people in a hurry type for a halt who do not know the command's own words; heard in every language. Parted by spaces. */
export const typed = {
  rollback: 'rollback',
  disable: 'halt kill killswitch kill-switch off',
  stop: 'shutdown',
  stopEntries: 'stop-entry close-only closeonly',
  all: 'all everything',
  moreOfAll: 'targets strategies now please',
};
