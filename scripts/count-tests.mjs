/**
 * Prints "passed failed" of one jest run: `node scripts/count-tests.mjs REPORT EXIT_CODE`, REPORT being the file that
 * jest's --json --outputFile wrote. A suite that could not run, and a run that ended badly without saying why, count
 * as failed. Skipped tests do not count at all; test/tooling/tidy.test.ts looks for those.
 */
import { readFileSync } from 'node:fs';

const [reportFile, exitCode] = process.argv.slice(2);

function count() {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return { passed: report.numPassedTests, failed };
}

function countOrNothing() {
  try {
    return count();
  } catch (error) {
    console.error(`No test report: ${error.message}`);
    return { passed: 0, failed: 0 };
  }
}

const { passed, failed } = countOrNothing();
const unexplained = exitCode !== '0' && failed === 0 ? 1 : 0;
console.log(`${passed} ${failed + unexplained}`);
