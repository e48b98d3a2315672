import { join } from 'node:path'
import { expect, it } from 'vitest'
import { UsageError } from '../src/errors.mjs'
import { compileLoadGenerator } from '../src/load-generator.mjs'
import { repositoryFolder } from '../src/paths.mjs'

it('says how to name the load generator when its source is missing', async () => {
  const source = join(repositoryFolder, 'no-such-file.c')
  const compiling = compileLoadGenerator(source)
  await expect(compiling).rejects.toThrow(UsageError)
  await expect(compiling).rejects.toThrow(`${source} is missing: give its path with --load-generator or AMQPLOAD`)
})
