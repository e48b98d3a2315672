/** The arguments of queue.declare: which values are refused, and when two declarations count as the same. */

import { type FieldTable, type FieldValue, typed } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { declareQueue, inspect, itRefuses, onEachBroker, type Refusal } from './support.ts'

const TEN_YEARS_MS = 315_360_000_000

/** A value that a classic queue does not take, and the reason as RabbitMQ prints it. */
const INVALID: readonly [argument: string, value: FieldValue, reason: string][] = [
  ...['x-message-ttl', 'x-expires', 'x-max-length', 'x-max-length-bytes', 'x-max-priority'].flatMap(
    (argument): [string, FieldValue, string][] => [
      [argument, 'text', '"expected integer, got longstr"'],
      [argument, typed('d', 1), '"expected integer, got double"'],
      [argument, true, '"expected integer, got bool"'],
      [argument, typed('T', 1), '"expected integer, got timestamp"'],
      [argument, null, '"expected integer, got void"'],
      [argument, typed('D', { scale: 0, value: 1 }), '"expected integer, got decimal"'],
      [argument, -1, '{value_negative,-1}'],
    ],
  ),
  ['x-message-ttl', TEN_YEARS_MS + 1, '{value_too_large,315360000001}'],
  ['x-expires', 0, '{value_zero,0}'],
  ['x-expires', TEN_YEARS_MS + 1, '{value_too_large,315360000001}'],
  ['x-max-priority', 256, '{max_value_exceeded,256}'],
  ['x-overflow', 'drop-tail', 'invalid_overflow'],
  ['x-overflow', 1, '{unacceptable_type,signedint}'],
  ['x-dead-letter-routing-key', 'key', 'routing_key_but_no_dlx_defined'],
  ['x-dead-letter-routing-key', 1, '{unacceptable_type,signedint}'],
  ['x-queue-mode', 'foo', '"unsupported queue mode \'foo\'"'],
  ['x-queue-version', 3, '"unsupported queue version \'3\'"'],
  ['x-queue-type', 'foo', '"unsupported queue type \'foo\'"'],
  ['x-queue-type', 1, '{unacceptable_type,signedint}'],
  ['x-single-active-consumer', 'true', '{unacceptable_type,longstr}'],
]

/** Arguments that belong to quorum queues and streams. */
const OF_OTHER_TYPES: readonly [argument: string, value: FieldValue][] = [
  ['x-delivery-limit', 5],
  ['x-dead-letter-strategy', 'at-most-once'],
  ['x-quorum-initial-group-size', 1],
  ['x-queue-leader-locator', 'balanced'],
  ['x-max-in-memory-length', 1],
  ['x-max-in-memory-bytes', 1],
  ['x-max-age', '1D'],
  ['x-stream-max-segment-size-bytes', 1000],
  ['x-initial-cluster-size', 1],
]

/** What a classic queue takes. */
const VALID: readonly FieldTable[] = [
  { 'x-message-ttl': 0 },
  { 'x-message-ttl': TEN_YEARS_MS },
  { 'x-expires': 60_000 },
  { 'x-expires': TEN_YEARS_MS },
  { 'x-max-length': 0, 'x-max-length-bytes': 0 },
  { 'x-max-priority': 0 },
  { 'x-max-priority': 255 },
  { 'x-overflow': 'drop-head' },
  { 'x-overflow': 'reject-publish' },
  { 'x-overflow': 'reject-publish-dlx' },
  { 'x-dead-letter-exchange': 'not.there', 'x-dead-letter-routing-key': 'key' },
  { 'x-queue-mode': 'default' },
  { 'x-queue-mode': 'lazy' },
  { 'x-queue-version': 1 },
  { 'x-queue-version': 2 },
  { 'x-queue-type': 'classic' },
  { 'x-single-active-consumer': true },
  { 'x-queue-master-locator': 'min-masters' },
  { 'x-queue-master-locator': 'client-local' },
  { 'x-queue-master-locator': 'random' },
  { 'x-unknown': 'kept', unknown: { nested: [1, 'two'] } },
  ...(['b', 'B', 's', 'u', 'I', 'i', 'l'] as const).map((tag) => ({ 'x-max-length': typed(tag, 100) })),
]

/** Two declarations that differ, and the text after the name of the queue. */
const INEQUIVALENT: readonly [argument: string, first: FieldTable, second: FieldTable, text: string][] = [
  ['x-message-ttl', {}, { 'x-message-ttl': 1000 }, "received the value '1000' of type 'signedint' but current is none"],
  ['x-message-ttl', { 'x-message-ttl': 1000 }, {}, "received none but current is the value '1000' of type 'signedint'"],
  ['x-message-ttl', { 'x-message-ttl': 1000 }, { 'x-message-ttl': 2000 }, "received '2000' but current is '1000'"],
  ['x-max-length', { 'x-max-length': 1000 }, { 'x-max-length': '1000' }, "received '1000' but current is '1000'"],
  ['x-max-length-bytes', { 'x-max-length-bytes': 1 }, { 'x-max-length-bytes': 2 }, "received '2' but current is '1'"],
  ['x-expires', { 'x-expires': 60_000 }, { 'x-expires': 70_000 }, "received '70000' but current is '60000'"],
  ['x-max-priority', { 'x-max-priority': 1 }, { 'x-max-priority': 2 }, "received '2' but current is '1'"],
  [
    'x-overflow',
    { 'x-overflow': 'drop-head' },
    { 'x-overflow': 'reject-publish' },
    "received 'reject-publish' but current is 'drop-head'",
  ],
  [
    'x-dead-letter-exchange',
    { 'x-dead-letter-exchange': 'a' },
    { 'x-dead-letter-exchange': 'b' },
    "received 'b' but current is 'a'",
  ],
  [
    'x-dead-letter-routing-key',
    { 'x-dead-letter-exchange': 'a', 'x-dead-letter-routing-key': 'k' },
    { 'x-dead-letter-exchange': 'a' },
    "received none but current is the value 'k' of type 'longstr'",
  ],
  [
    'x-single-active-consumer',
    {},
    { 'x-single-active-consumer': true },
    "received the value 'true' of type 'bool' but current is none",
  ],
  [
    'x-queue-mode',
    { 'x-queue-mode': 'lazy' },
    { 'x-queue-mode': 'default' },
    "received 'default' but current is 'lazy'",
  ],
  ['x-queue-version', { 'x-queue-version': 1 }, { 'x-queue-version': 2 }, "received '2' but current is '1'"],
]

/** Two declarations that count as the same. */
const EQUIVALENT: readonly [name: string, first: FieldTable, second: FieldTable][] = [
  ['integers of different widths', { 'x-max-length': typed('b', 5) }, { 'x-max-length': typed('l', 5) }],
  ['classic and no type', {}, { 'x-queue-type': 'classic' }],
  ['no type and classic', { 'x-queue-type': 'classic' }, {}],
  ['unknown arguments that differ', { 'x-unknown': 1 }, { 'x-unknown': 'two', other: true }],
]

const refusals: readonly Refusal[] = [
  ...INVALID.map(([argument, value, reason]) => refusal(argument, value, `: ${reason}`)),
  ...OF_OTHER_TYPES.map(([argument, value]) => refusal(argument, value, ' of queue type rabbit_classic_queue')),
  {
    name: 'refuses an x-dead-letter-exchange that is no string',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'bad', arguments: { 'x-dead-letter-exchange': 1 } }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'bad' in vhost '/' [queue.declare]",
  },
  {
    name: 'has no streams',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'bad', arguments: { 'x-queue-type': 'stream' } }),
    expected:
      "conn 540 NOT_IMPLEMENTED - streams are not supported: cannot declare queue 'bad' in vhost '/' [queue.declare]",
    rabbit: "ch 406 PRECONDITION_FAILED - invalid property 'non-durable' for queue 'bad' in vhost '/' [queue.declare]",
    deviation: 'streams',
  },
  {
    name: 'refuses an unknown x-queue-master-locator',
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'bad', arguments: { 'x-queue-master-locator': 'foo' } }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid arg 'x-queue-master-locator' for queue 'bad' in vhost '/': invalid_queue_locator_arg [queue.declare]",
    rabbit: 'conn 541 INTERNAL_ERROR [0.0]',
    deviation: 'master-locator',
  },
]

function refusal(argument: string, value: FieldValue, reason: string): Refusal {
  return {
    name: `refuses ${argument} ${JSON.stringify(value)}`,
    steps: (peer) => peer.send(1, 'queue.declare', { queue: 'bad', arguments: { [argument]: value } }),
    expected: `ch 406 PRECONDITION_FAILED - invalid arg '${argument}' for queue 'bad' in vhost '/'${reason} [queue.declare]`,
  }
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, refusals))

  it.each(VALID.map((table) => ({ title: JSON.stringify(table), table })))('takes $title', async ({ table }) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { arguments: table })
    await inspect(peer, queue)
  })

  it.each(INEQUIVALENT)('refuses another %s: %j, then %j', async (argument, first, second, text) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, `args-${argument}`, { arguments: first })
    peer.send(1, 'queue.declare', { queue, exclusive: true, arguments: second })
    expect(await peer.outcome()).toBe(
      `ch 406 PRECONDITION_FAILED - inequivalent arg '${argument}' for queue '${queue}' in vhost '/': ${text} [queue.declare]`,
    )
  })

  it.each(EQUIVALENT)('takes for the same: %s', async (_name, first, second) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, 'args-same', { arguments: first })
    await declareQueue(peer, queue, { arguments: second })
  })
})
