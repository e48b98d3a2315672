/** Installing the dependencies with the pnpm that package.json pins. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

/**
 * Installs when `node_modules` is missing or was made from another lockfile; resolves to pnpm's exit code, 0 when there is
 * nothing to do. pnpm itself comes through npx, so Node and npm are all that a machine needs.
 */
export async function ensureInstalled() {
  if (isInstalled(root)) return 0
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.error(`Installing the dependencies with ${packageManager} (once, and again when pnpm-lock.yaml changes).`)
  const options = ['--frozen-lockfile', '--config.confirmModulesPurge=false']
  const exitCode = await run('npx', ['--yes', packageManager, 'install', ...options], { output: 'stderr' })
  if (exitCode !== 0) console.error(`Installing the dependencies failed: pnpm ended with exit code ${exitCode}.`)
  return exitCode
}

/**
 * Whether `node_modules` holds what the lockfile says: pnpm leaves a copy of the lockfile that it installed from.
 *
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = readFileSync(join(folder, 'pnpm-lock.yaml'))
  try {
    return readFileSync(join(folder, 'node_modules/.pnpm/lock.yaml')).equals(wanted)
  } catch {
    return false
  }
}
