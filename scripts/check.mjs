/**
 * `npm run check`: everything that is verified without running the tests.
 *
 * `npm run check -- lint types` runs only these steps. All steps run even when one fails; the exit code is 0 when all passed.
 * CONTRIBUTING.md says what each of them guards.
 */
import { checkPackages } from './lib/check-packages.mjs'
import { run } from './lib/run.mjs'

/** No program here tells anyone that it runs, or asks whether there is a newer one. */
const quietTurbo = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }

/** @type {Record<string, () => Promise<number>>} */
const steps = {
  types: async () =>
    (await run('tsc', ['-b'])) ||
    (await run('tsc', ['-p', 'tsconfig.tests.json'])) ||
    run('tsc', ['-p', 'scripts/tsconfig.json']),
  lint: () => run('biome', ['check', '--error-on-warnings']),
  boundaries: () => run('turbo', ['boundaries'], { env: quietTurbo }),
  unused: () => run('knip', ['--no-config-hints']),
  packages: checkPackages,
}

const unknown = process.argv.slice(2).filter((name) => !Object.hasOwn(steps, name))
if (unknown.length > 0) {
  console.error(`check: there is no step '${unknown[0]}', only ${Object.keys(steps).join(', ')}`)
  process.exitCode = 2
} else {
  process.exitCode = await runSteps(process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps))
}

/** @param {string[]} names */
async function runSteps(names) {
  const failed = []
  for (const name of names) {
    console.log(`check: ${name}`)
    const startedMs = performance.now()
    const exitCode = await steps[name]()
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    console.log(`check: ${name} ${exitCode === 0 ? 'passed' : 'FAILED'} (${seconds} s)\n`)
    if (exitCode !== 0) failed.push(name)
  }
  console.log(failed.length === 0 ? 'check: all passed' : `check: FAILED: ${failed.join(', ')}`)
  return failed.length === 0 ? 0 : 1
}
