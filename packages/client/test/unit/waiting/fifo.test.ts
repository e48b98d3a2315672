import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fifo } from '../../../src/waiting/fifo.ts'

it('gives what it took, in order', () => {
  const step = fc.constantFrom('push', 'push', 'shift', 'unshift', 'takeAll', 'many')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const fifo = new Fifo<number>()
      let model: number[] = []
      let next = 0
      const add = () => {
        fifo.push(++next)
        model.push(next)
      }
      for (const what of steps) {
        if (what === 'push') add()
        else if (what === 'many') for (let i = 0; i < 1500; i++) add()
        else if (what === 'shift') expect(fifo.shift()).toBe(model.shift())
        else if (what === 'unshift') {
          fifo.unshift([next + 1, next + 2])
          model = [next + 1, next + 2, ...model]
          next += 2
        } else {
          expect(fifo.takeAll()).toEqual(model)
          model = []
        }
        expect(fifo.length).toBe(model.length)
        expect(fifo.first).toBe(model[0])
      }
    }),
  )
})
