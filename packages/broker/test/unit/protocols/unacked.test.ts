import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnackedList } from '../../../src/protocols/amqp/unacked.ts'
import type { Queue } from '../../../src/queue/queue.ts'
import { DeliveryCounts } from '../../../src/statistics/delivery-counts.ts'

/** A queue that remembers what was settled with it: the list uses no more of it. */
function settlingQueue(): { queue: Queue; settled: number[] } {
  const settled: number[] = []
  return { queue: { settle: (position: number) => settled.push(position) } as unknown as Queue, settled }
}

const countsOf = (queue: Queue) => new DeliveryCounts(queue)

const tags = (list: UnackedList) => [...list].map(({ deliveryTag }) => deliveryTag)

describe('UnackedList', () => {
  it('settles by tag, in and out of order, each once', () => {
    const { queue, settled } = settlingQueue()
    const list = new UnackedList(countsOf)
    for (let tag = 1; tag <= 5; tag++) list.push(tag, queue, tag * 10, tag, undefined)
    expect([list.settle(1), list.settle(4), list.settle(4), list.settle(9)]).toEqual([true, true, false, false])
    expect(settled).toEqual([10, 40])
    expect(tags(list)).toEqual([2, 3, 5])
    expect(list.has(4)).toBe(false)
    list.settleUpTo(3)
    expect(settled).toEqual([10, 40, 20, 30])
    expect(list.shift()).toMatchObject({ deliveryTag: 5, position: 50 })
    expect(list.shift()).toBeUndefined()
    expect(list.count).toBe(0)
  })

  it('does not grow with what is settled behind a message that stays', () => {
    const { queue } = settlingQueue()
    const list = new UnackedList(countsOf)
    list.push(1, queue, 1, 1, undefined)
    const before = process.memoryUsage().arrayBuffers
    for (let tag = 2; tag < 300_000; tag++) {
      list.push(tag, queue, tag, tag, undefined)
      list.settle(tag)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
    expect(tags(list)).toEqual([1])
  })

  it('takes messages back in between', () => {
    const { queue } = settlingQueue()
    const list = new UnackedList(countsOf)
    for (const tag of [1, 2, 3, 4]) list.push(tag, queue, tag, tag, undefined)
    const removed = [3, 2].map((tag) => list.remove(tag)).filter((message) => message !== undefined)
    list.restore(removed)
    expect(tags(list)).toEqual([1, 2, 3, 4])
    expect(list.remove(2)).toMatchObject({ deliveryTag: 2, position: 2 })
  })

  it('agrees with a plain map, with tags that skip numbers', () => {
    const step = fc.record({ skip: fc.nat(3), remove: fc.nat(), upTo: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { queue } = settlingQueue()
        const list = new UnackedList(countsOf)
        let model: number[] = []
        let tag = 0
        for (const { skip, remove, upTo } of steps) {
          tag += 1 + skip
          list.push(tag, queue, tag, tag, undefined)
          model.push(tag)
          if (remove % 3 === 0) {
            const picked = model[remove % model.length]
            if (upTo) list.settleUpTo(picked)
            else expect(list.remove(picked)?.deliveryTag).toBe(picked)
            model = model.filter((other) => (upTo ? other > picked : other !== picked))
          }
          expect(list.count).toBe(model.length)
        }
        expect(tags(list)).toEqual(model)
        for (const each of model) expect(list.has(each)).toBe(true)
      }),
    )
  })
})
