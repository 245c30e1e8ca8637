import type { Sentences } from '../../../src/domain/sentence.js';
import type { VariableFacts } from '../../../src/domain/variable-sentence.js';

/** After the name of the variable. */
export const variable: Sentences<VariableFacts> = {
  address_unencoded: () =>
    '无法作为地址读取。用户名或密码中的 # / ? % @ 必须做百分号编码（%23 %2F %3F %25 %40），端口必须是数字；在 .env 文件中 # 还会开始注释。',
  app_token_shape: () =>
    '不像应用级令牌（xapp-…）。请在 “Basic Information” 中创建一个带 connections:write 的令牌。',
  bot_token_missing: () => '未设置。请安装 Slack 应用，并从 “OAuth & Permissions” 复制令牌（xoxb-…）。',
  bot_token_shape: () => '不像机器人令牌（xoxb-…）。请从 Slack 应用的 “OAuth & Permissions” 复制。',
  database_url_shape: () => '不是 postgres:// 地址。请更正，或留空以使用内置数据库。',
  http_address_shape: () => '不是 http(s) 地址。使用 Slack 时请留空。',
  port_shape: () => '不是 0（任意空闲端口）到 65535 之间的端口号。',
  watch_interval_shape: () => '不是间隔。试用时请填写 1 到 3600 的整数秒；留空则各目标使用自己的间隔。',
  lag_shape: () => '不是秒数。请填写如 5 的数字；留空则不接受备库作为依据。',
  listen_address_shape: () => '不是 IP 地址。请填写本机的地址（如 127.0.0.1），或用 0.0.0.0 表示全部地址。',
  metrics_listen_shape: () => '不是带端口的 IP 地址。请写作 127.0.0.1:9464 或 [::1]:9464。',
  port_too_high: () => '不是 0（任意空闲端口）到 65535 之间的端口号。',
  signing_secret_shape: () => '不像签名密钥。请从 Slack 应用的 “Basic Information” 复制。',
  sslmode_unknown: () =>
    '指定了不存在的 sslmode。可用的有 disable、prefer、require、verify-ca、verify-full 和 no-verify（docs/operations/environment.md）。',
  token_refused: ({ code }) => `被 Slack 拒绝（${code}）。请重新复制此应用的令牌，并再次安装应用。`,
  trading_url_shape: () => '不是 postgres:// 地址。请更正；留空时所有 SQL 检查都会是 ERROR。',
  training_url_shape: () =>
    '不是 postgres:// 地址。请更正；留空时训练程序使用 TRADING_DATABASE_URL 及其限制。',
  transport_missing: () => '两者均未设置。Socket Mode 请设置前者（xapp-…），HTTP 请设置后者。',
  value_unknown: ({ known }) => `只能是 ${known.join('、').replace(/、([^、]*)$/, ' 或 $1')}。`,
};
