/** Where things lie. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder; relative paths on the command line start here. */
export const repositoryFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** What a run leaves behind: the compiled load generator, logs, profiles, `results.json`. Nothing in it is needed again. */
export const cacheFolder = join(repositoryFolder, '.cache/bench')
