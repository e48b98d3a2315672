import { expect, it } from 'vitest'
import { parseListenAddress } from '../../../src/net/listen-address.ts'

it.each([
  ['5672', 'here', 5672],
  ['127.0.0.1:5672', '127.0.0.1', 5672],
  ['localhost:0', 'localhost', 0],
  ['::1:5672', '::1', 5672],
  ['[::1]:5672', '::1', 5672],
  [':::5672', '::', 5672],
])('reads %s', (text, host, port) => {
  expect(parseListenAddress(text, 'here')).toEqual({ host, port })
})

it.each(['', 'amqp', 'host:', '70000', ':5672', '[::1]5672', '1:2:x', '5672 '])('takes %j for no address', (text) => {
  expect(parseListenAddress(text, 'here')).toBeUndefined()
})
