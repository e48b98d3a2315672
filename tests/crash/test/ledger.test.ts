/** The ledger finds what it is there for. */

import { expect, it } from 'vitest'
import { Ledger } from '../src/ledger.ts'
import { bodyOf, type Sent } from '../src/messages.ts'
import { QUEUES } from '../src/topology.ts'

const QUEUE = 'plain-a'
const OPTIONS = { size: 10, persistent: true, priority: 0, queues: [QUEUE] }

/** A ledger with messages that were confirmed in its first life; its second has begun. */
function begin(count: number, options: Partial<typeof OPTIONS> = {}): { ledger: Ledger; messages: Sent[] } {
  const ledger = new Ledger(QUEUES)
  const messages = Array.from({ length: count }, () => {
    const message = ledger.send('p', { ...OPTIONS, ...options })
    ledger.confirmed(message)
    return message
  })
  ledger.restarted()
  return { ledger, messages }
}

function deliver(ledger: Ledger, message: Sent, redelivered: boolean, queue: string = QUEUE): void {
  ledger.delivered(queue, { id: message.id, body: bodyOf(message), redelivered })
}

/** The queues hold these messages now, of which none was delivered before. */
function inspect(ledger: Ledger, messages: readonly Sent[], queue: string = QUEUE): void {
  for (const message of messages) deliver(ledger, message, true, queue)
  const contents = new Map(QUEUES.map(({ name }) => [name, name === queue ? messages.map(({ id }) => id) : []]))
  ledger.inspected(contents)
}

it('is content with what was promised', () => {
  const { ledger, messages } = begin(3)
  inspect(ledger, messages)
  expect(ledger.violations).toEqual([])
})

it('misses what was confirmed', () => {
  const { ledger, messages } = begin(3)
  inspect(ledger, messages.slice(1))
  expect(ledger.violations).toEqual(['queue plain-a: p:1 (persistent, 10 bytes, of life 1, confirmed) is missing'])
})

it('does not miss what was acknowledged', () => {
  const { ledger, messages } = begin(2)
  deliver(ledger, messages[0], false)
  ledger.settling(QUEUE, messages[0].id)
  ledger.restarted()
  inspect(ledger, messages.slice(1))
  expect(ledger.violations).toEqual([])
})

it('sees another order', () => {
  const { ledger, messages } = begin(2)
  inspect(ledger, messages.toReversed())
  expect(ledger.violations).toEqual([expect.stringContaining('came after p:2')])
})

it('sees what nobody published, other bytes, and what survived', () => {
  const { ledger, messages } = begin(1, { persistent: false })
  ledger.delivered(QUEUE, { id: 'p:9', body: Buffer.alloc(0), redelivered: false })
  ledger.delivered(QUEUE, { id: messages[0].id, body: Buffer.alloc(0), redelivered: false })
  expect(ledger.violations).toEqual([
    expect.stringContaining('p:9 came, which was never published'),
    expect.stringContaining('another body'),
    expect.stringContaining('survived'),
  ])
})

it('sees a flag that is missing, and one that should not be', () => {
  const { ledger, messages } = begin(1)
  deliver(ledger, messages[0], false)
  deliver(ledger, messages[0], false)
  deliver(ledger, ledger.send('p', OPTIONS), true)
  expect(ledger.violations).toEqual([
    expect.stringContaining('without being flagged'),
    expect.stringContaining('but never came'),
  ])
})

it('sees what comes back after it was gone', () => {
  const { ledger, messages } = begin(1)
  deliver(ledger, messages[0], false)
  ledger.settling(QUEUE, messages[0].id)
  ledger.restarted()
  inspect(ledger, [])
  ledger.restarted()
  inspect(ledger, messages)
  expect(ledger.violations).toEqual([expect.stringContaining('after it was gone')])
})

it('looks for what died where it went', () => {
  const { ledger, messages } = begin(1, { queues: ['mortal'] })
  inspect(ledger, messages, 'dead')
  expect(ledger.violations).toEqual([])
  ledger.restarted()
  inspect(ledger, [], 'dead')
  expect(ledger.violations).toEqual([expect.stringContaining('queue dead: p:1')])
})

it('lets the oldest go where there is no room', () => {
  const { ledger, messages } = begin(45, { queues: ['newest'] })
  inspect(ledger, messages.slice(5), 'newest')
  expect(ledger.violations).toEqual([])
  ledger.restarted()
  inspect(ledger, messages.slice(6), 'newest')
  expect(ledger.violations).toEqual([expect.stringContaining('p:6')])
})

it('sees half of a transaction', () => {
  const ledger = new Ledger(QUEUES)
  const messages = [1, 2].map(() => ledger.send('p', { ...OPTIONS, isHeld: true }))
  ledger.committing({ messages, acknowledged: [] })
  ledger.restarted()
  inspect(ledger, messages.slice(1))
  expect(ledger.violations).toEqual([expect.stringContaining('of a transaction that is there in part')])
})

it('blames no transaction for a message that a crash may take', () => {
  const ledger = new Ledger(QUEUES)
  const [lasting, passing] = [true, false].map((persistent) => ledger.send('p', { ...OPTIONS, persistent }))
  for (const message of [lasting, passing]) {
    ledger.confirmed(message)
    deliver(ledger, message, false)
  }
  ledger.committing({ messages: [], acknowledged: [lasting, passing].map(({ id }) => ({ queue: QUEUE, id })) })
  ledger.restarted()
  inspect(ledger, [lasting])
  expect(ledger.violations).toEqual([])
})
