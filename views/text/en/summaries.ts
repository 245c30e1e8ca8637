/** What each subcommand is for, in one line of the help. */
export const summaries: Readonly<Record<string, string>> = {
  audit: 'Verify the chain of audit events, or write it out as JSON lines.',
  deploy: 'Plan a release, ask for its approvals, and start it. In Slack, a form opens.',
  doctor: 'Examine the configuration, Slack, both databases, the hosts and the permissions.',
  drill: 'Prove that the next halt will work: a real one with its way back, or everything but the act.',
  evidence: 'Write everything that decided a release or a halt into a signed folder, or verify one.',
  gonogo: 'Decide by the Go/No-Go criteria, each with its evidence.',
  help: 'Show what can be asked for, and by whom.',
  history: 'Show earlier runs, releases and halts, newest first.',
  lock: 'Keep deploys away from a target, with a reason.',
  precheck: 'Check the configuration, the model file and the freshness of the data.',
  rollback: 'Stop the strategy at once (flag off and restart, with proof), or go back to the previous model.',
  selftest: 'Prove on scratch data that every check of the runbook can fail, and blocks when it does.',
  status: 'Show the flag, the model, the process and the last runs.',
  train: 'Train a model, judge it beside the running one, and offer it for a deploy.',
  unlock: 'Take your lock away from a target.',
  verify: 'Check after a deploy that the model decides and the risk layer holds.',
};
