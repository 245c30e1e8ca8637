import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Adds Jest's reports up. A run that failed without a failed test (a file that did not load, no report at all)
// counts as one failure, so that the last line never says less than happened.
const [, , folder = '', failedRuns = '0'] = process.argv;
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);

const passed = sum((report) => report.numPassedTests);
const suites = sum((report) => report.numRuntimeErrorTestSuites);
const failed = Math.max(sum((report) => report.numFailedTests) + suites, Number(failedRuns));
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
if (failed > 0 || passed === 0 || reports.length === 0) process.exitCode = 1;
