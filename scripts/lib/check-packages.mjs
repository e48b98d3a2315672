/**
 * Checks the packages as their users get them: packed, unpacked beside each other, and imported by a plain Node.
 *
 * publint and attw read the tarballs. What they cannot know is checked here: that nothing in a manifest points at the
 * workspace, that the license is on board, and that every entry and program of a package loads.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageNames } from './packages.mjs'
import { root, run } from './run.mjs'

const quiet = /** @type {const} */ ({ output: 'onFailure' })

/** Resolves to 0 when all packages are fit to be published. */
export async function checkPackages() {
  const folder = mkdtempSync(join(tmpdir(), 'warrenmq-packages-'))
  try {
    const failed = await pack(folder)
    if (failed) return failed
    let problems = 0
    for (const name of packageNames) problems += await checkTarball(name, folder)
    for (const name of packageNames) problems += await checkEntries(name, folder)
    return problems === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} folder */
async function pack(folder) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const built = await run('tsc', ['-b'])
  const filter = ['--recursive', '--filter', './packages/*']
  return built || run('npx', ['--yes', packageManager, ...filter, 'pack', '--pack-destination', folder], quiet)
}

/**
 * Unpacks one tarball to where the others find it, and lints it. Resolves to the number of problems.
 *
 * @param {string} name
 * @param {string} folder
 */
async function checkTarball(name, folder) {
  const file = readdirSync(folder).find((entry) => entry.startsWith(`warrenmq-${name}-`))
  if (!file) return report(name, 'was not packed')
  const tarball = join(folder, file)
  const unpacked = unpackedFolder(name, folder)
  mkdirSync(unpacked, { recursive: true })
  if (await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1'])) return report(name, 'is no tarball')

  let problems = 0
  const manifest = readFileSync(join(unpacked, 'package.json'), 'utf8')
  for (const inner of ['@warrenmq/source', 'workspace:']) {
    if (manifest.includes(inner)) problems += report(name, `publishes a package.json that says '${inner}'`)
  }
  for (const needed of ['LICENSE', 'README.md']) {
    if (!readdirSync(unpacked).includes(needed)) problems += report(name, `lacks ${needed}`)
  }
  if (await run('publint', ['run', '--strict', tarball], quiet)) problems += report(name, 'does not please publint')
  const attw = ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-color', '--no-emoji']
  if (await run('attw', [tarball, ...attw], quiet)) problems += report(name, 'does not please attw')
  return problems
}

/**
 * Imports every entry of an unpacked package and asks its programs for their version.
 *
 * @param {string} name
 * @param {string} folder
 */
async function checkEntries(name, folder) {
  const unpacked = unpackedFolder(name, folder)
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (dependency.startsWith('@warrenmq/')) continue
    mkdirSync(join(unpacked, 'node_modules'), { recursive: true })
    symlinkSync(join(root, 'packages', name, 'node_modules', dependency), join(unpacked, 'node_modules', dependency))
  }
  let problems = 0
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue
    const specifier = `@warrenmq/${name}${entry.slice(1)}`
    const program = `await import(${JSON.stringify(specifier)})`
    if (await run('node', ['--input-type=module', '--eval', program], { cwd: unpacked, timeoutMs: 20_000 })) {
      problems += report(name, `cannot be imported as ${specifier}`)
    }
  }
  for (const [program, path] of Object.entries(manifest.bin ?? {})) {
    if (await run('node', [join(unpacked, path), '--version'], { ...quiet, timeoutMs: 20_000 }))
      problems += report(name, `has a broken '${program}'`)
  }
  return problems
}

/**
 * @param {string} name
 * @param {string} folder
 */
function unpackedFolder(name, folder) {
  return join(folder, 'node_modules/@warrenmq', name)
}

/**
 * @param {string} name
 * @param {string} problem
 */
function report(name, problem) {
  console.error(`packages: @warrenmq/${name} ${problem}`)
  return 1
}
