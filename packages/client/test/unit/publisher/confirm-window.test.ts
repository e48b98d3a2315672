import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConfirmWindow } from '../../../src/publisher/confirm-window.ts'
import { PendingMessage } from '../../../src/publisher/pending-message.ts'

it('settles what confirms name, once each, as a plain map does', () => {
  const step = fc.oneof(
    fc.constant({ kind: 'send' as const, tag: 0, multiple: false }),
    fc.record({ kind: fc.constant('confirm' as const), tag: fc.integer({ min: 0, max: 60 }), multiple: fc.boolean() }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 120 }), (size, steps) => {
      const window = new ConfirmWindow(size)
      const model = new Map<number, PendingMessage>()
      let last = 0
      for (const { kind, tag, multiple } of steps) {
        if (kind === 'send') {
          if (window.isFull) continue
          const message = makeMessage(`${++last}`)
          window.add(message)
          model.set(last, message)
        } else if (multiple || tag > 0) {
          const settled: PendingMessage[] = []
          window.confirm(tag, multiple, (message) => settled.push(message))
          const expected = [...model].filter(([number]) => (multiple ? tag === 0 || number <= tag : number === tag))
          expect(settled).toEqual(expected.map(([, message]) => message))
          for (const [number] of expected) model.delete(number)
        }
        expect(window.openCount).toBe(model.size)
        expect(window.openCount).toBeLessThanOrEqual(size)
      }
      expect(window.reset()).toEqual([...model.values()])
      expect(window.isFull).toBe(false)
    }),
  )
})

function makeMessage(key: string): PendingMessage {
  return new PendingMessage('', key, new Uint8Array(0), undefined, {}, 0)
}
