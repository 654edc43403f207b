// Prints `N passed, M failed`, summed from the JSON reports of vitest that are named as arguments.
//
// What could not run counts as one failure: a report that was not written, a file that could not be loaded.
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0
for (const path of process.argv.slice(2)) {
  const report = readReport(path)
  const files = report?.testResults ?? []
  const unloaded = files.filter((file) => file.status === 'failed' && !file.assertionResults.some(isFailed)).length
  const failures = (report?.numFailedTests ?? 0) + unloaded
  passed += report?.numPassedTests ?? 0
  failed += report?.success === true ? failures : Math.max(1, failures)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isFailed(test) {
  return test.status === 'failed'
}
