/** One producer, one queue, one consumer. */
import { expect, it } from 'vitest'
import { describePika } from '../src/suites.ts'

describePika((start) => {
  const messages = [1, 2, 3].map((number) => ({ exchange: '', key: 'hello', body: `message ${number}` }))

  it('hands a waiting consumer what a producer sends, in order', async () => {
    await using consumer = start('consumer', 'hello', '3')
    expect(await consumer.expect('ready')).toEqual({ queue: 'hello', waiting: 0 })
    await using producer = start('producer', 'hello', '3')
    expect(await producer.finish()).toEqual([{ event: 'sent', count: 3 }])
    expect(await consumer.collect('received', 3)).toEqual(messages)
    expect(await consumer.finish()).toEqual([{ event: 'closed' }])
  })

  it('keeps for a later consumer what a producer sent and left', async () => {
    await using producer = start('producer', 'hello', '3')
    await producer.finish()
    await using consumer = start('consumer', 'hello', '3')
    expect(await consumer.expect('ready')).toEqual({ queue: 'hello', waiting: 3 })
    expect(await consumer.collect('received', 3)).toEqual(messages)
    expect(await consumer.finish()).toEqual([{ event: 'closed' }])
  })
})
