/** What is wrong with a variable, in Chinese; `config.ts` says the same in English. Never holds a value. */
export const CHINESE_ADVICE = {
  SLACK_BOT_TOKEN: '不像机器人令牌（xoxb-…）。请从 Slack 应用的 “OAuth & Permissions” 复制。',
  SLACK_APP_TOKEN:
    '不像应用级令牌（xapp-…）。请在 “Basic Information” 中创建一个带 connections:write 的令牌。',
  SLACK_SIGNING_SECRET: '不像签名密钥。请从 Slack 应用的 “Basic Information” 复制。',
  SLACK_API_URL: '不是 http(s) 地址。使用 Slack 时请留空。',
  PORT: '不是 0（任意空闲端口）到 65535 之间的端口号。',
  DATABASE_URL: '不是 postgres:// 地址。请更正，或留空以使用内置数据库。',
  TRADING_DATABASE_URL: '不是 postgres:// 地址。请更正；留空时所有 SQL 检查都会是 ERROR。',
  RUNBOOK_FILE: '不是文件名或目录名。',
  TARGETS_FILE: '不是文件名。',
  DATA_DIR: '不是目录名。',
  LOCALE: '只能是 en 或 zh-CN。',
  LOG_LEVEL: '只能是 fatal、error、warn、info、debug、trace 或 silent。',
} as const;

export const CHINESE_MISSING = {
  botToken: '未设置。请安装 Slack 应用，并从 “OAuth & Permissions” 复制令牌（xoxb-…）。',
  transport: '两者均未设置。Socket Mode 请设置前者（xapp-…），HTTP 请设置后者。',
} as const;
