/** Runs what docs/amqpctl.md shows first, with the shell's quoting. */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { onEachBroker, succeed } from './support.ts'

const PAGE = readFileSync(new URL('../../../../docs/amqpctl.md', import.meta.url), 'utf8')
const LINES = /runs these lines.*?```sh\n(.*?)```/s.exec(PAGE)?.[1].trimEnd().split('\n') ?? []

/** Words of a command line: single quotes are all that the page uses. */
function split(line: string): string[] {
  return [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''))
}

onEachBroker((target) => {
  it('runs the first steps of the page', async () => {
    expect(LINES.length).toBeGreaterThan(10)
    for (const line of LINES) {
      const [program, ...args] = split(line)
      expect(program).toBe('amqpctl')
      expect(await succeed(target.httpUrl, args)).toBeDefined()
    }
  })
})
