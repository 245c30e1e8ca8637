import type { SystemWords } from '../../../src/domain/system-fault.js';

export const systemWords: SystemWords = {
  EACCES: 'no permission',
  EADDRINUSE: 'another program has the port',
  ECONNREFUSED: 'nothing listens there',
  EIO: 'the disk does not read or write',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ENOENT: 'it is not there',
  ENOMEM: 'no memory is left',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'not allowed',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'no answer in time',
};
