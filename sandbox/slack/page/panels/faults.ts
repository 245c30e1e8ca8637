import type { Misbehaviour } from '../../protocol.js';

/** The faults that are on, a sentence each. */
export function faultsOf(misbehaviour: Misbehaviour): string[] {
  const { api, apiLostReplies, apiDelayMs = 0, deliverTimes = 1, deliverDelayMs = 0 } = misbehaviour;
  const faults: string[] = [];
  if (api && api.count > 0) {
    const wait = api.retryAfterSecs === undefined ? '' : `, Retry-After ${api.retryAfterSecs} s`;
    faults.push(`${api.status} for the next ${callsOf(api)}${wait}.`);
  }
  if (apiLostReplies && apiLostReplies.count > 0) {
    faults.push(`The answer is lost for the next ${callsOf(apiLostReplies)}.`);
  }
  if (apiDelayMs > 0) {
    faults.push(`Each answer comes ${apiDelayMs} ms late.`);
  }
  if (deliverTimes > 1) {
    faults.push(`Each command, click and event is delivered ${deliverTimes} times.`);
  }
  if (deliverDelayMs > 0) {
    faults.push(`Each delivery comes ${deliverDelayMs} ms late.`);
  }
  return faults;
}

function callsOf({ method, count }: { method: string; count: number }): string {
  const calls = method === '*' ? 'call' : `call of ${method}`;
  return count === 1 ? calls : `${count} ${calls.replace('call', 'calls')}`;
}
