/** The definitions that a broker starts with: given to `createBroker`, or in a file. */

import { readFile } from 'node:fs/promises'
import type { Definitions, DefinitionsDocument } from './definitions.ts'
import { DefinitionsError } from './definitions-error.ts'
import { readDefinitions } from './read-definitions.ts'

/**
 * Reads what was given, or else the file at `path`; `undefined` when there is neither.
 *
 * @throws DefinitionsError
 */
export async function readStartDefinitions(
  given: string | DefinitionsDocument | undefined,
  path: string,
): Promise<Definitions | undefined> {
  if (given !== undefined) return readDefinitions(given)
  return path === '' ? undefined : readDefinitions(await readText(path))
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = missing ? 'there is no such file' : (error as Error).message
    throw new DefinitionsError([`cannot read ${path}: ${reason}`])
  }
}
