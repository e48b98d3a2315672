import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { generate } from '../../scripts/generate.mjs'

it('has the generated files that the table in spec/ gives', () => {
  const files: Record<string, string> = generate()
  expect(Object.keys(files)).toEqual([
    'src/generated/constants.ts',
    'src/generated/methods.ts',
    'src/generated/method-codecs.ts',
  ])
  for (const [path, text] of Object.entries(files)) {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text)
  }
})
