/** Definitions as they stand in a file. */

import { readFileSync } from 'node:fs'
import { text as readText } from 'node:stream/consumers'
import type { Definitions } from '@warrenmq/client/management'
import { badArgument, CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { ExitCode } from './exit-code.ts'

/** The text of a file; `-` is standard input. @throws UsageError when there is no such file. */
export async function readDefinitions({ terminal }: Context, path: string): Promise<string> {
  if (path === '-') return readText(terminal.stdin)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw badArgument(code === 'ENOENT' ? `File ${path} does not exist` : `File ${path} cannot be read: ${message}`)
  }
}

/** @throws CliError when it is no JSON object. */
export function parseDefinitions(text: string, path: string): Definitions {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    throw new SyntaxError('it holds no object')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError(
      ExitCode.dataError,
      `Failed to parse ${path} as JSON: ${reason}`,
      'export_definitions writes such a file.',
    )
  }
}
