/**
 * What `npm start`, `npm test` and the other root scripts run: `node scripts/launch.mjs TASK [arguments]`.
 *
 * It makes a bare clone work with Node and npm alone: dependencies are installed with the pinned pnpm when they are missing
 * or older than the lockfile, the packages are compiled when the task runs compiled files, then the task starts. Therefore
 * it may import nothing that has to be installed first.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled } from './lib/install.mjs'
import { packageNames } from './lib/packages.mjs'
import { root, run } from './lib/run.mjs'

const warren = join(root, 'packages/broker/dist/bin/warren.js')

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const tasks = {
  start,
  test: async (args) => (await build()) || run('vitest', ['run', ...args]),
  check: (args) => run('node', [join(root, 'scripts/check.mjs'), ...args]),
  build,
  differential: (args) => run('node', [join(root, 'scripts/differential.mjs'), ...args]),
  crash: async (args) => (await build()) || run('node', [join(root, 'scripts/crash.mjs'), ...args]),
  bench: async (args) => (await build()) || run('node', [join(root, 'benchmarks/src/main.mjs'), ...args]),
  format: (args) => run('biome', ['check', '--write', ...args]),
  clean,
}

const [name = '', ...args] = process.argv.slice(2)
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined
if (task) {
  const exitCode = (await ensureInstalled()) || (await task(args))
  if (exitCode !== 0) process.exitCode = exitCode
} else {
  console.error(`scripts/launch.mjs: there is no task '${name}', only ${Object.keys(tasks).join(', ')}`)
  process.exitCode = 2
}

/**
 * Runs the broker in this very process, so that signals reach it and its exit code is ours with nobody in between.
 *
 * @param {string[]} args
 */
async function start(args) {
  const failed = await build()
  if (failed) return failed
  process.argv = [process.execPath, warren, ...args]
  await import(pathToFileURL(warren).href)
  return 0
}

/**
 * Compiles what changed. `tsc -b` trusts its records in `.cache/tsc` and does not notice that a `dist` is gone, so then it is
 * told to forget them.
 *
 * @param {string[]} args
 */
function build(args = []) {
  const isWhole = packageNames.every((name) => existsSync(join(root, 'packages', name, 'dist/index.js')))
  return run('tsc', ['-b', ...(isWhole ? [] : ['--force']), ...args])
}

/** Removes everything that a build, a check or a test run wrote. */
async function clean() {
  for (const name of packageNames) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
  for (const folder of ['.cache', '.turbo', 'coverage']) rmSync(join(root, folder), { recursive: true, force: true })
  return 0
}
