/** Request and reply: `reply_to` names an exclusive queue of the client, `correlation_id` tells the answers apart. */
import { expect, it } from 'vitest'
import { describePika } from '../src/suites.ts'

describePika((start) => {
  it('brings every answer back to the client that asked', async () => {
    await using server = start('rpc_server', 'rpc')
    await server.expect('ready')
    await using client = start('rpc_client', 'rpc', '6', '10', '70')
    await using other = start('rpc_client', 'rpc', '7')
    expect(await client.finish()).toEqual([
      { event: 'answer', number: 6, fibonacci: 8 },
      { event: 'answer', number: 10, fibonacci: 55 },
      { event: 'answer', number: 70, fibonacci: 190392490709135 },
      { event: 'closed' },
    ])
    expect(await other.finish()).toEqual([{ event: 'answer', number: 7, fibonacci: 13 }, { event: 'closed' }])
    expect(await server.terminate()).toEqual([{ event: 'closed' }])
  })

  it('shares requests among servers', async () => {
    await using first = start('rpc_server', 'rpc-shared')
    await using second = start('rpc_server', 'rpc-shared')
    await Promise.all([first.expect('ready'), second.expect('ready')])
    await using client = start('rpc_client', 'rpc-shared', '1', '2', '3', '4')
    const answers = await client.collect('answer', 4)
    expect(answers.map(({ number, fibonacci }) => `${number}: ${fibonacci}`).sort()).toEqual([
      '1: 1',
      '2: 1',
      '3: 2',
      '4: 3',
    ])
  })
})
