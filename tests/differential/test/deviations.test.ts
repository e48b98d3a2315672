/** docs/deviations.md is well formed, and tests that run on both brokers show what it says of the wire. */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readDeviations } from '../src/deviations.ts'

const OWN_FILE = fileURLToPath(import.meta.url)
/** Folders of suites that run on both brokers. */
const SUITES = ['../../../packages/broker/test/integration/', './']

/** Sources of the suites, by the names of their files. */
function readSuites(): Map<string, string> {
  const sources = new Map<string, string>()
  for (const suite of SUITES) {
    const folder = fileURLToPath(new URL(suite, import.meta.url))
    const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && folder + name !== OWN_FILE)
    for (const file of files) sources.set(file, readFileSync(folder + file, 'utf8'))
  }
  return sources
}

/** Names that tests call: `deviation: 'name'`, or the second argument of `differs`. */
function namesInTests(): Set<string> {
  const names = new Set<string>()
  for (const source of readSuites().values()) {
    for (const [, name] of source.matchAll(/deviation: '([^']+)'/g)) names.add(name)
    for (const [, name] of source.matchAll(/differs\(\s*(?:'[^']*'|"[^"]*"|`[^`]*`),\s*'([^']+)'/g)) names.add(name)
  }
  return names
}

it('refuses a row without a name, with one that is taken, or with a column missing', () => {
  const page = (...rows: string[]) =>
    ['## On the wire', '| name | a | b | c | d |', '| --- | --- |', ...rows].join('\n')
  expect([...readDeviations(page('| one | a | b | c | d |', '| two | a | b | c | d |')).keys()]).toEqual(['one', 'two'])
  expect(() => readDeviations(page('| Two words | a | b | c | d |'))).toThrow("'Two words' is no name of its own")
  expect(() => readDeviations(page('| one | a | b | c | d |', '| one | a | b | c | d |'))).toThrow("'one' is no name")
  expect(() => readDeviations(page('| one | a | b | c |'))).toThrow('the row one has not five columns')
})

it('lists every deviation that a test shows', () => {
  const names = [...namesInTests()]
  expect(names.filter((name) => !readDeviations().has(name))).toEqual([])
})

it('has a test for every deviation on the wire', () => {
  const shown = namesInTests()
  const missing = [...readDeviations().values()].filter(({ name, onTheWire }) => onTheWire && !shown.has(name))
  expect(missing.map(({ name }) => name)).toEqual([])
})

it('names the deviation wherever RabbitMQ answers otherwise', () => {
  for (const [file, source] of readSuites()) {
    const count = (pattern: RegExp) => source.match(pattern)?.length ?? 0
    expect(count(/^\s+deviation: '/gm), file).toBe(count(/^\s+rabbit: ['"`]/gm))
  }
})
