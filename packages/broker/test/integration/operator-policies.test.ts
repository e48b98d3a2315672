/** Operator policies: the settings they take. What they do to queues stands in policy-arguments.test.ts. */

import { expect, it } from 'vitest'
import { inVhost, refusalOf } from './policy-support.ts'
import { onEachBroker } from './support.ts'

const INVALID: readonly [definition: Readonly<Record<string, unknown>>, reason: string][] = [
  [{ overflow: 'drop-head' }, '[{<<"overflow">>,<<"drop-head">>}] are not recognised policy settings'],
  [{ 'dead-letter-exchange': 'x' }, '[{<<"dead-letter-exchange">>,<<"x">>}] are not recognised policy settings'],
  [{ 'alternate-exchange': 'x' }, '[{<<"alternate-exchange">>,<<"x">>}] are not recognised policy settings'],
  [{ 'ha-mode': 'all' }, '[{<<"ha-mode">>,<<"all">>}] are not recognised policy settings'],
  [{ 'max-length': -1 }, '-1 is not a valid maximum length'],
  [{}, 'no policy provided'],
]

onEachBroker((target) => {
  it.each(INVALID)('refuses the definition %j', (definition, reason) =>
    inVhost(target, 'operator-policies-invalid', async (admin) => {
      const put = admin.putOperatorPolicy('operator-policies-invalid', 'p', { pattern: 'a', definition })
      expect(await refusalOf(put)).toBe(`Validation failed\n\n${reason}\n`)
    }),
  )

  it('takes every limit', () =>
    inVhost(target, 'operator-policies-valid', async (admin) => {
      const definition = {
        expires: 1,
        'message-ttl': 0,
        'max-length': 0,
        'max-length-bytes': 0,
        'max-in-memory-length': 0,
        'max-in-memory-bytes': 0,
        'delivery-limit': 0,
      }
      await admin.putOperatorPolicy('operator-policies-valid', 'p', { pattern: '^never$', definition })
      await admin.deleteOperatorPolicy('operator-policies-valid', 'p')
    }))

  it('is a parameter too', () =>
    inVhost(target, 'operator-policies-parameter', async (admin) => {
      const value = { pattern: 'a', definition: { 'max-length': 1 }, priority: 1, 'apply-to': 'queues' }
      await admin.putParameter('operator_policy', 'operator-policies-parameter', 'p', value)
      const missing = admin.putParameter('operator_policy', 'operator-policies-parameter', 'p', {
        pattern: 'a',
        x: [1],
      })
      expect(await refusalOf(missing)).toBe(
        'Validation failed\n\nUnrecognised terms [{<<"x">>,[1]}] in p\nKey "definition" not found in p\n' +
          'Key "priority" not found in p\n',
      )
      await admin.deleteParameter('operator_policy', 'operator-policies-parameter', 'p')
    }))
})
