import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  encodeContentFrames,
  encodeMethodFrame,
  encodePlainResponse,
  HEARTBEAT_FRAME,
  PROTOCOL_HEADER,
} from '@warrenmq/codec'
import { expect, it } from 'vitest'
import { fail, HOME, succeed, uniqueName } from './support.ts'

const NOWHERE = 'http://127.0.0.1:1'
const login = {
  clientProperties: {},
  mechanism: 'PLAIN',
  response: encodePlainResponse('ann', 's3cret'),
  locale: 'en_US',
}
const SESSION = Buffer.concat([
  PROTOCOL_HEADER,
  encodeMethodFrame(0, 'connection.start-ok', login),
  encodeMethodFrame(1, 'basic.publish', { exchange: 'amq.topic', routingKey: 'a.b' }),
  ...encodeContentFrames(1, { deliveryMode: 2, headers: { n: 5 } }, new TextEncoder().encode('hi\u001b'), 4096),
  HEARTBEAT_FRAME,
])

const LINES = [
  'offset\tchannel\tframe\tcontent',
  '0\t0\tprotocol\tAMQP 0-0-9-1',
  expect.stringMatching(/^8\t0\tmethod\tconnection\.start-ok .*"response":"\d+ bytes, not shown"/),
  expect.stringMatching(/^\d+\t1\tmethod\tbasic\.publish \{.*"exchange":"amq\.topic","routingKey":"a\.b"/),
  expect.stringMatching(/^\d+\t1\theader\t3 bytes \{.*"deliveryMode":2/),
  expect.stringMatching(/^\d+\t1\tbody\t3 bytes "hi\\u001b"$/),
  `${SESSION.length - 8}\t0\theartbeat\t`,
]

it('decodes bytes and hexadecimal digits', async () => {
  const file = join(HOME, uniqueName('session'))
  writeFileSync(file, SESSION)
  const lines = await succeed(NOWHERE, ['decode', file])
  expect(lines).toEqual(LINES)
  expect(lines.join()).not.toContain('s3cret')
  const hex = SESSION.toString('hex').replace(/(.{32})/g, '$1\n')
  expect(await succeed(NOWHERE, ['decode'], { input: hex })).toEqual(LINES)
  expect(await succeed(NOWHERE, ['-s', 'decode', '--hex', '08 00 00 00 00 00 00 ce'])).toEqual(['0\t0\theartbeat\t'])
})

it('shows what it could read, and what is wrong with the rest', async () => {
  await fail(NOWHERE, ['decode', '--hex', '0800000000000000'], 65, 'The frame at offset 0 cannot be read: ')
  const cut = SESSION.subarray(0, SESSION.length - 1).toString('hex')
  await fail(
    NOWHERE,
    ['decode', '--hex', cut],
    65,
    `The frame at offset ${SESSION.length - 8} is cut off: 7 bytes are left`,
  )
  await fail(NOWHERE, ['decode', '--hex', 'xyz'], 65, '--hex takes an even number of hexadecimal digits')
  await fail(NOWHERE, ['decode', join(HOME, 'nosuch')], 65, 'cannot be read')
})
