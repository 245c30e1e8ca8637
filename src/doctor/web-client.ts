/** Loaded when Slack is asked: a terminal that only reads the configuration starts without it. */
export { WebClient } from '@slack/web-api';
