import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Acknowledger } from '../../../src/link/acknowledger.ts'
import { TagRuns } from '../../../src/link/tag-runs.ts'

it('puts acknowledgements in order together', () => {
  const { acknowledger, sent } = makeAcknowledger()
  for (const tag of [1, 2, 3]) acknowledger.acknowledge(tag)
  expect(sent).toEqual([])
  acknowledger.flush()
  acknowledger.acknowledge(4)
  acknowledger.flush()
  acknowledger.flush()
  expect(sent).toEqual([
    [3, true],
    [4, false],
  ])
})

it('tells of each delivery once, never of one that is open, and of a tag that is open', () => {
  const order = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 40, maxLength: 40 })
  const kinds = fc.array(fc.constantFrom('ack', 'settled', 'flush'), { minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(order, kinds, (tags, whats) => {
      const { acknowledger, sent } = makeAcknowledger()
      const open = new Set(tags)
      const acked = new Set<number>()
      const check = () => {
        for (const [tag, multiple] of sent.splice(0)) {
          expect(acked.has(tag)).toBe(true)
          for (const other of [...acked]) if (other === tag || (multiple && other < tag)) acked.delete(other)
          if (multiple) expect([...open].filter((other) => other <= tag)).toEqual([])
        }
      }
      tags.forEach((tag, i) => {
        open.delete(tag)
        if (whats[i] === 'settled') acknowledger.settled(tag)
        else {
          acked.add(tag)
          acknowledger.acknowledge(tag)
        }
        if (whats[i] === 'flush') acknowledger.flush()
        check()
      })
      acknowledger.flush()
      check()
      expect([...acked]).toEqual([])
    }),
  )
})

it('needs as much room as there are gaps', () => {
  const runs = new TagRuns()
  for (let tag = 3; tag < 100_000; tag++) runs.add(tag)
  expect(runs.runCount).toBe(1)
  expect(runs.takeFrom(2)).toBe(1)
  runs.add(2)
  expect(runs.takeFrom(2)).toBe(99_999)
  expect(runs.runCount).toBe(0)
})

function makeAcknowledger() {
  const sent: [number, boolean][] = []
  const acknowledger = new Acknowledger({
    writeAck: (tag, multiple) => void sent.push([tag, multiple]),
    scheduleAcks() {},
  })
  return { acknowledger, sent }
}
