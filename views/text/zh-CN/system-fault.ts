import type { SystemWords } from '../../../src/domain/system-fault.js';

export const systemWords: SystemWords = {
  EACCES: '没有权限',
  EADDRINUSE: '端口已被其他程序占用',
  ECONNREFUSED: '该地址没有程序在监听',
  EIO: '磁盘读写出错',
  EISDIR: '它是文件夹',
  EMFILE: '打开的文件过多',
  ENOENT: '不存在',
  ENOMEM: '内存不足',
  ENOSPC: '磁盘已满',
  ENOTDIR: '路径中有一部分不是文件夹',
  EPERM: '不被允许',
  EROFS: '文件系统为只读',
  ETIMEDOUT: '未及时回应',
};
