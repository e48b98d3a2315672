import fc from 'fast-check'
import { expect, it } from 'vitest'
import { noJournal } from '../../../src/log/journal.ts'
import type { Output } from '../../../src/net/output.ts'
import { PublisherConfirms } from '../../../src/protocols/amqp/confirms.ts'
import type { Turn } from '../../../src/scheduler/turn.ts'
import { PublishCounts } from '../../../src/statistics/publish-counts.ts'
import type { Exchange } from '../../../src/vhost/exchange.ts'

const OUTPUT = { reserve: () => 0, advance() {} } as unknown as Output
const TURN = { add() {} } as unknown as Turn

/** A message to one of the exchanges that a queue takes or refuses, or the end of a turn. */
const step = fc.oneof(fc.record({ exchange: fc.nat(2), taken: fc.boolean() }), fc.constant('turn' as const))

it('counts each confirm for the exchange that its message went to, and no refusal', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const counts = Array.from({ length: 3 }, () => new PublishCounts({} as Exchange))
      const expected = [0, 0, 0]
      const confirms = new PublisherConfirms(1, OUTPUT, TURN, noJournal)
      let current = -1
      for (const each of steps) {
        if (each === 'turn') {
          confirms.runTurn()
          continue
        }
        if (each.exchange !== current) confirms.exchangeChanged(counts[each.exchange])
        current = each.exchange
        if (each.taken) confirms.confirmNext(0)
        else confirms.refuseNext()
        if (each.taken) expected[each.exchange]++
      }
      confirms.runTurn()
      expect(counts.map(({ confirmed }) => confirmed)).toEqual(expected)
      expect(confirms.unconfirmed).toBe(0)
    }),
  )
})
