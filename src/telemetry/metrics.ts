import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30];

/** The bot's own figures, for `/metrics`. One set a process: nothing global, so tests can hold several. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    deliveries: new Counter({
      name: 'lobml_slack_deliveries_total',
      help: 'What Slack delivered: handled, duplicate, or failed.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    ackSeconds: new Histogram({
      name: 'lobml_slack_ack_seconds',
      help: 'From the moment a delivery is read to its acknowledgement.',
      buckets: SECONDS,
      registers,
    }),
    slackFailures: new Counter({
      name: 'lobml_slack_call_failures_total',
      help: 'Calls of the Web API that failed, by method and kind of failure.',
      labelNames: ['method', 'kind'],
      registers,
    }),
    inFlight: new Gauge({
      name: 'lobml_slack_work_in_flight',
      help: 'Commands and clicks that are being worked on.',
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
