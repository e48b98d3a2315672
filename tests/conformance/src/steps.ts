/**
 * Steps that a program on every client goes through, and what has to happen in each: `programs/steps/`, one file per client.
 *
 * A program takes a prefix for the names that it gives to queues and exchanges. Each step gets a connection of its own, whose
 * queues are exclusive, and prints a line for each thing that happened, with its name in `step`. What went wrong is told as
 * `failed`, and the next step has its turn.
 */

import type { ClientProgram } from './client-program.ts'

/** Something that happened in a step. */
export type StepEvent = Readonly<Record<string, unknown>>

interface Step {
  readonly name: string
  /** What the step proves, as the rest of a sentence on the client. */
  readonly proves: string
  readonly events: (prefix: string) => readonly StepEvent[]
}

/** In the order in which the programs take them. */
export const STEPS: readonly Step[] = [
  {
    name: 'confirms',
    proves: 'has twenty messages confirmed, and finds them in the queue',
    events: () => [
      { event: 'confirmed', count: 20 },
      { event: 'waiting', messages: 20 },
    ],
  },
  {
    name: 'properties',
    proves: 'gets properties and headers back as it sent them',
    events: () => [
      {
        event: 'received',
        body: '{}',
        contentType: 'application/json',
        correlationId: 'c-1',
        messageId: 'm-1',
        priority: 3,
        deliveryMode: 2,
        type: 'order',
        appId: 'shop',
        headers: { text: 'Grüße', number: 42, flag: true, list: ['a', 'b'], table: { inner: 'x' } },
      },
    ],
  },
  {
    name: 'returned',
    proves: 'gets a mandatory message without a route back, and then its confirm',
    events: (prefix) => [
      {
        event: 'returned',
        code: 312,
        text: 'NO_ROUTE',
        exchange: 'amq.direct',
        key: `${prefix}.nobody`,
        body: 'back',
      },
      { event: 'confirmed' },
    ],
  },
  {
    name: 'topic',
    proves: 'binds by patterns, and gets one copy of what matches twice',
    events: () => [...received('order.new', 'order.new.paid', 'order.paid', 'paid'), { event: 'waiting', messages: 0 }],
  },
  {
    name: 'prefetch',
    proves: 'holds no more than its prefetch, and acknowledges several at a time',
    events: () => [
      ...received('a', 'b'),
      { event: 'waiting', messages: 3 },
      ...received('c', 'd'),
      { event: 'waiting', messages: 1 },
      ...received('e'),
    ],
  },
  {
    name: 'dead-letter',
    proves: 'finds what it rejected behind the dead-letter exchange, with the story of its death',
    events: (prefix) => [
      {
        event: 'dead',
        body: 'bad',
        exchange: `${prefix}.dlx`,
        key: 'dead',
        headers: {
          job: 7,
          'x-death': [
            {
              count: 1,
              reason: 'rejected',
              queue: `${prefix}.work`,
              exchange: '',
              'routing-keys': [`${prefix}.work`],
            },
          ],
          'x-first-death-exchange': '',
          'x-first-death-queue': `${prefix}.work`,
          'x-first-death-reason': 'rejected',
        },
      },
    ],
  },
  {
    name: 'expiration',
    proves: 'finds a message elsewhere once the time that it gave it is over',
    events: () => [{ event: 'expired', body: 'late', expires: false, reason: 'expired', original: '100' }],
  },
  {
    name: 'retry',
    proves: 'gets a rejected job again after the TTL of a retry queue, as often as it likes',
    events: (prefix) => [
      ...[0, 1, 2].map((times) => ({
        event: 'attempt',
        body: 'job',
        deaths: times === 0 ? [] : [`${prefix}.retry expired ${times}`, `${prefix}.jobs rejected ${times}`],
        waited: true,
      })),
      { event: 'waiting', messages: 0 },
    ],
  },
  {
    name: 'priority',
    proves: 'gets the more urgent messages first',
    events: () => received('5', '3', '1', 'none'),
  },
  {
    name: 'overflow',
    proves: 'is told which message a full queue refused',
    events: () => [
      { event: 'confirmed', body: 'first' },
      { event: 'refused', body: 'second' },
      { event: 'waiting', messages: 1 },
    ],
  },
  {
    name: 'rpc',
    proves: 'gets an answer over direct reply-to',
    events: () => [
      { event: 'request', body: 'ping', direct: true },
      { event: 'answer', body: 'pong', correlationId: 'r-1' },
    ],
  },
  {
    name: 'cancelled',
    proves: 'hears that the queue of its consumer was deleted',
    events: () => [{ event: 'cancelled', tag: 'watcher' }],
  },
  {
    name: 'refused',
    proves: 'is told why its channel was closed, and opens another',
    events: (prefix) => [
      { event: 'closed', code: 404, text: `NOT_FOUND - no queue '${prefix}.missing' in vhost '/'` },
      { event: 'alive', queue: `${prefix}.alive` },
    ],
  },
]

/** Waits for the end of a program and sorts what it said by steps. */
export async function eventsBySteps(program: ClientProgram): Promise<ReadonlyMap<string, readonly StepEvent[]>> {
  const said = new Map<string, StepEvent[]>(STEPS.map(({ name }) => [name, []]))
  for (const { step, ...event } of await program.finish()) said.get(String(step))?.push(event)
  return said
}

function received(...bodies: string[]): StepEvent[] {
  return bodies.map((body) => ({ event: 'received', body }))
}
