/** What is kept back of a connection's output: from where on, in what order, and how much. */

import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { PAGE_SIZE } from '../../../src/memory/working-memory.ts'
import { Output } from '../../../src/net/output.ts'
import { Turn } from '../../../src/scheduler/turn.ts'

const BYTES_HIGH = 100_000

describe('Output', () => {
  let sent: Buffer[]
  let events: string[]
  let output: Output

  beforeEach(() => {
    sent = []
    events = []
    const socket = new Writable({
      write(chunk: Buffer, _encoding, done) {
        // A page is given back, and filled anew, when it has been written.
        sent.push(Buffer.from(chunk))
        done()
      },
    })
    const turn = new Turn((error) => {
      throw error
    })
    const owner = {
      outputCongested: () => events.push('congested'),
      outputOverflowing: () => events.push('overflowing'),
      outputDrained: (overflowed: boolean) => events.push(`drained ${overflowed}`),
    }
    output = new Output(socket as Socket, turn, owner, BYTES_HIGH)
  })

  const write = (text: string) => output.write(Buffer.from(text))
  const text = () => {
    output.flush()
    return Buffer.concat(sent).toString()
  }
  /** Writes something that is kept back. */
  const hold = (content: string) => {
    output.mark()
    write(content)
    return output.hold()
  }

  it('keeps back what was written since the mark and all that follows', () => {
    write('before ')
    expect(hold('reply ')).toBe(true)
    write('after')
    expect(text()).toBe('before ')
    output.release()
    expect(text()).toBe('before reply after')
    write(' more')
    expect(text()).toBe('before reply after more')
  })

  it('lets the holds go one by one, each with what followed it', () => {
    hold('a')
    write('b')
    hold('c')
    output.writeReference(Buffer.from('d'))
    output.release()
    expect(text()).toBe('ab')
    hold('e')
    output.release()
    expect(text()).toBe('abcd')
    output.release()
    expect(text()).toBe('abcde')
    output.release()
    expect(text()).toBe('abcde')
  })

  it('holds nothing where nothing was written', () => {
    write('before')
    output.mark()
    expect(output.hold()).toBe(false)
    expect(hold('')).toBe(false)
    expect(text()).toBe('before')
    output.mark()
    expect(output.hold()).toBe(false)
  })

  it.each([
    ['a page that became a large one', 'x'.repeat(2000)],
    ['a page that was full', 'x'.repeat(PAGE_SIZE - 10)],
    ['more than a page', 'x'.repeat(PAGE_SIZE * 2)],
  ])('keeps back a reply that comes behind %s', (_name, between) => {
    write('before')
    output.mark()
    write(between)
    write('reply')
    expect(output.hold()).toBe(true)
    expect(text()).not.toContain('reply')
    output.release()
    expect(text()).toBe(`before${between}reply`)
  })

  it('is not taken in by a page that was written and taken again since the mark', () => {
    write('before'.repeat(100))
    output.mark()
    output.flush()
    write('reply')
    expect(output.hold()).toBe(true)
    expect(text()).not.toContain('reply')
  })

  it('forgets what is kept back, and only that', () => {
    write('before ')
    hold('reply')
    output.flush()
    write('after')
    output.discardHeld()
    write('close')
    expect(text()).toBe('before close')
    output.discardHeld()
    output.release()
    write(' end')
    expect(text()).toBe('before close end')
  })

  it('counts what is kept back as waiting for the client', async () => {
    hold('x'.repeat(10))
    for (let i = 0; i < 4; i++) {
      write('x'.repeat(BYTES_HIGH / 2))
      output.flush()
    }
    expect(events).toEqual(['congested'])
    for (let i = 0; i < 5; i++) write('x'.repeat(BYTES_HIGH / 2))
    output.flush()
    expect(events).toEqual(['congested', 'overflowing'])
    output.release()
    // The socket says that it has drained a little later.
    await new Promise((resolve) => setImmediate(resolve))
    expect(events).toEqual(['congested', 'overflowing', 'drained true'])
  })

  it('stays congested while a later hold keeps back too much', () => {
    hold('a')
    hold('b')
    write('x'.repeat(BYTES_HIGH + 1))
    output.flush()
    output.release()
    expect(events).toEqual(['congested'])
    output.discardHeld()
    expect(events).toEqual(['congested', 'drained false'])
  })

  it('sends nothing of it once closed', () => {
    hold('reply')
    output.close()
    output.release()
    expect(sent).toEqual([])
  })
})
