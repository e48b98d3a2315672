/**
 * The configuration file: named profiles, in TOML.
 *
 * It may hold passwords, so that it is read only while nobody else can read it, and written so.
 */

import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'

/** Settings under a name. */
export interface Profile {
  readonly url?: string
  readonly user?: string
  readonly password?: string
  readonly vhost?: string
  readonly node?: string
}

export interface ProfileFile {
  readonly path: string
  /** The profile in use when none is named. */
  readonly current: string | undefined
  readonly profiles: ReadonlyMap<string, Profile>
}

export const PROFILE_KEYS = ['url', 'user', 'password', 'vhost', 'node'] as const
const FILE_SIZE_MAX = 1024 * 1024

/** `AMQPCTL_CONFIG`, or `amqpctl/config.toml` in the user's folder of configuration. */
function profilePath(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.AMQPCTL_CONFIG) return environment.AMQPCTL_CONFIG
  const folder = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config')
  return join(folder, 'amqpctl', 'config.toml')
}

/** Empty when there is no file. @throws CliError when it cannot be read, or others can read it. */
export function readProfiles(environment: Readonly<Record<string, string | undefined>>): ProfileFile {
  const path = profilePath(environment)
  const text = readPrivately(path)
  if (text === undefined) return { path, current: undefined, profiles: new Map() }
  try {
    return interpret(path, parse(text))
  } catch (error) {
    if (error instanceof CliError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError(ExitCode.configuration, `${path} is not TOML: ${reason}`)
  }
}

/** Writes the file so that only its owner can read it, at once or not at all. */
export function writeProfiles(file: ProfileFile): void {
  const profiles = Object.fromEntries([...file.profiles].map(([name, profile]) => [name, { ...profile }]))
  const document = { ...(file.current === undefined ? {} : { current: file.current }), profiles }
  mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 })
  const temporary = `${file.path}.${process.pid}.tmp`
  writeFileSync(temporary, `${stringify(document)}\n`, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, file.path)
}

function readPrivately(path: string): string | undefined {
  try {
    const { mode, size } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new CliError(
        ExitCode.configuration,
        `${path} can be read by others (mode ${(mode & 0o777).toString(8)})`,
        `It may hold passwords: run chmod 600 ${path}`,
      )
    }
    if (size > FILE_SIZE_MAX) {
      throw new CliError(ExitCode.configuration, `${path} has ${size} bytes; at most ${FILE_SIZE_MAX} are read`)
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof CliError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CliError(ExitCode.configuration, `${path} cannot be read: ${(error as Error).message}`)
  }
}

function interpret(path: string, document: Readonly<Record<string, unknown>>): ProfileFile {
  const { current, profiles = {}, ...others } = document
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) throw new CliError(ExitCode.configuration, `${path} has an unknown key '${unknown}'`)
  if (current !== undefined && typeof current !== 'string') {
    throw new CliError(ExitCode.configuration, `${path}: current must be the name of a profile`)
  }
  if (!isTable(profiles)) throw new CliError(ExitCode.configuration, `${path}: profiles must be tables`)
  const entries = Object.entries(profiles).map(([name, value]) => [name, interpretProfile(path, name, value)] as const)
  return { path, current, profiles: new Map(entries) }
}

function interpretProfile(path: string, name: string, value: unknown): Profile {
  if (!isTable(value)) throw new CliError(ExitCode.configuration, `${path}: profile '${name}' must be a table`)
  for (const [key, setting] of Object.entries(value)) {
    const known = (PROFILE_KEYS as readonly string[]).includes(key)
    if (!known) throw new CliError(ExitCode.configuration, `${path}: profile '${name}' has an unknown key '${key}'`)
    if (typeof setting !== 'string') {
      throw new CliError(ExitCode.configuration, `${path}: ${key} of profile '${name}' must be a text`)
    }
  }
  return value as Profile
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
