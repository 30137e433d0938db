// Prints `N passed, N failed` from Jest's JSON, the last line of .ci/run. Arguments: the file, Jest's exit status, and
// the number of other steps that failed. Each of those counts as one failure, and so does whatever kept a test file, or
// Jest itself, from running. Exits 1 when anything failed.
import { existsSync, readFileSync } from 'node:fs';

const [file, jestStatus, failedSteps] = process.argv.slice(2);
const nothing = {
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};
const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : nothing;
const failedTests = results.numFailedTests + results.numRuntimeErrorTestSuites;
const failed = Math.max(failedTests, jestStatus === '0' ? 0 : 1) + Number(failedSteps);
const skipped = results.numPendingTests + results.numTodoTests;
console.log(`${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
