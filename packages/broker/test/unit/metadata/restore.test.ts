/** Random changes of everything that is metadata, restarts in between: what is durable comes back as it was, and nothing else. */

import { type TypedTable, typed } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AdministrationError } from '../../../src/access/access-error.ts'
import { AmqpException } from '../../../src/errors.ts'
import { silentLogger } from '../../../src/logging/logger.ts'
import { formatKey, METADATA_FORMAT } from '../../../src/metadata/metadata-key.ts'
import type { MetadataCommand } from '../../../src/metadata/metadata-state.ts'
import { openMetadata } from '../../../src/metadata/open-metadata.ts'
import type { QueueOwner } from '../../../src/queue/queue.ts'
import type { Exchange } from '../../../src/vhost/exchange.ts'
import type { Vhost } from '../../../src/vhost/vhost.ts'
import { RecordingJournal } from '../../recording-journal.ts'
import { argumentTable } from './argument-arbitrary.ts'
import { BrokerParts } from './broker-parts.ts'

const NOBODY: QueueOwner = { forgetQueue() {} }
const HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR'
const NAMES = ['q', 'a/b "', '[1,"ü☃\\\0"]', '\ud800']
const TYPES = ['direct', 'fanout', 'topic', 'x-delayed-message']

const name = fc.constantFrom(...NAMES)
const vhostName = fc.constantFrom('/', '/', '/', 'a/b "')
const exchangeName = fc.oneof(name, name, fc.constantFrom('amq.topic', 'amq.fanout'))
const pattern = fc.constantFrom('.*', '^q', '', 'a/b')
/** A name of a vhost, three other names, flags and arguments: what any step needs. */
const step = fc.record({
  kind: fc.nat(),
  vhost: vhostName,
  user: name,
  source: exchangeName,
  name,
  key: fc.constantFrom('', 'k', '#', 'a/b', '\0'),
  pattern,
  flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  count: fc.nat(20),
  table: argumentTable,
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

type Action = (parts: BrokerParts, step: Step) => unknown

const inVhost =
  (act: (vhost: Vhost, step: Step) => unknown): Action =>
  ({ parts }, each) => {
    const vhost = parts.vhosts.get(each.vhost)
    return vhost && act(vhost, each)
  }

const declareQueue = inVhost((vhost, { name: queue, flags: [transient, autoDelete, exclusive, all], table }) => {
  const exclusiveOwner = exclusive && all ? NOBODY : undefined
  return vhost.declareQueue({ name: queue, durable: !transient, autoDelete, arguments: table, exclusiveOwner }, NOBODY)
})

const declareExchange = inVhost((vhost, { name: exchange, flags: [transient, autoDelete, internal], table, count }) => {
  const type = TYPES[count % TYPES.length]
  const extra = type === 'x-delayed-message' ? { 'x-delayed-type': typed('S', 'topic') } : {}
  const args: TypedTable = Object.assign(Object.create(null), table, extra)
  if (count > 15) Object.assign(args, { 'x-deduplication': typed('t', true) })
  return vhost.declareExchange({ name: exchange, type, durable: !transient, autoDelete, internal, arguments: args })
})

const bind = inVhost((vhost, { source, name: destination, flags: [toExchange, withTable], key, table }) => {
  const to = toExchange ? vhost.exchange(destination) : vhost.queue(destination)
  const args = withTable ? table : Object.create(null)
  vhost.bind(vhost.exchange(source), { destination: to, routingKey: key, arguments: args })
})

const unbind = inVhost((vhost, { source, count }) => {
  const from = vhost.exchange(source)
  const bindings = [...from.matcher.bindings()]
  if (bindings.length === 0) return
  const { destination, routingKey, arguments: table } = bindings[count % bindings.length]
  // The order of names in arguments does not matter.
  const reversed: TypedTable = Object.assign(Object.create(null), Object.fromEntries(Object.entries(table).reverse()))
  vhost.unbind(from, { destination, routingKey, arguments: reversed })
})

const ACTIONS: readonly Action[] = [
  ({ admin }, { vhost, name: description, flags: [said] }) => admin.putVhost(vhost, said ? { description } : undefined),
  ({ admin }, { vhost, count }) => (count < 3 ? admin.deleteVhost(vhost) : undefined),
  ({ admin }, { user }) => admin.putUser(user, { passwordHash: HASH, tags: ['monitoring'] }),
  ({ admin }, { user }) => admin.deleteUser(user),
  ({ admin }, { user, vhost, pattern: configure }) =>
    admin.putPermissions(user, vhost, { configure, write: '.*', read: '' }),
  ({ admin }, { user, vhost }) => admin.deletePermissions(user, vhost),
  ({ admin }, { user, vhost, source, pattern: write }) =>
    admin.putTopicPermissions(user, vhost, { exchange: source, write, read: '.*' }),
  ({ admin }, { user, vhost, source, flags: [all] }) =>
    admin.deleteTopicPermissions(user, vhost, all ? undefined : source),
  ({ admin }, { user, count }) => admin.putUserLimit(user, 'max-channels', count),
  ({ admin }, { user }) => admin.deleteUserLimit(user, 'max-channels'),
  ({ admin }, { vhost, name: policy, pattern: of, count }) =>
    admin.putPolicy(vhost, policy, { pattern: of, definition: { 'max-length': count }, priority: count }),
  ({ admin }, { vhost, name: policy }) => admin.deletePolicy(vhost, policy),
  ({ admin }, { vhost, count }) => admin.putVhostLimit(vhost, 'max-queues', count),
  ({ admin }, { vhost }) => admin.deleteVhostLimit(vhost, 'max-queues'),
  ({ admin }, { name: parameter, count }) =>
    admin.putGlobalParameter(parameter, { count, list: [null, true, parameter] }),
  ({ admin }, { name: parameter }) => admin.deleteGlobalParameter(parameter),
  declareQueue,
  declareQueue,
  declareExchange,
  declareExchange,
  bind,
  bind,
  bind,
  bind,
  unbind,
  unbind,
  inVhost((vhost, each) => vhost.deleteQueue(vhost.queue(each.name))),
  inVhost((vhost, each) => vhost.deleteExchange(each.name, false)),
]

async function take(parts: BrokerParts, each: Step): Promise<void> {
  try {
    await ACTIONS[each.kind % ACTIONS.length](parts, each)
  } catch (error) {
    if (!(error instanceof AmqpException || error instanceof AdministrationError)) throw error
  }
}

/** The log ids in use. */
function logIds({ parts }: BrokerParts): number[] {
  const all = [...parts.vhosts.values()].flatMap(({ queues, exchanges }) => [...queues.values(), ...exchanges.values()])
  return all.map(({ logId }) => logId).filter((logId) => logId !== 0)
}

const OLD_QUEUES = 20_000
const DURABLE = { durable: true, autoDelete: false, arguments: {}, exclusiveOwner: undefined }

/** A broker in which a large vhost was deleted, and a small one of the same name made before all of the large one was gone. */
async function deletedWhileInUse(): Promise<{ readonly journal: RecordingJournal; close(): void }> {
  const parts = await BrokerParts.start()
  const { admin, journal } = parts
  const declare = (name: string) => parts.parts.vhosts.get('v')?.declareQueue({ ...DURABLE, name }, NOBODY)
  await admin.putVhost('v')
  for (let i = 0; i < OLD_QUEUES; i++) declare(`old ${i}`)
  const deleted = admin.deleteVhost('v')
  expect(journal.replay().size).toBeGreaterThan(OLD_QUEUES / 2)
  await admin.putVhost('v')
  declare('new')
  declare('old 1')
  await deleted
  return { journal, close: () => parts.close() }
}

describe('restoreMetadata', () => {
  it('brings back what is durable, after any changes and restarts', { timeout: 60_000 }, async () => {
    const sessions = fc.array(fc.array(step, { minLength: 1, maxLength: 200, size: 'max' }), {
      minLength: 1,
      maxLength: 3,
    })
    const property = fc.asyncProperty(sessions, async (all) => {
      const journal = new RecordingJournal()
      /** Whose each log id was, by vhost and name of its first record. */
      const owners = new Map<number, object>()
      let parts = await BrokerParts.start(journal)
      expect(parts.isFirstStart).toBe(true)
      await parts.admin.putVhost('/')
      for (const steps of all) {
        const brought = new Set(logIds(parts))
        for (const each of steps) {
          await take(parts, each)
          for (const { queues } of parts.parts.vhosts.values()) {
            for (const queue of queues.values()) {
              if (queue.logId === 0 || brought.has(queue.logId)) continue
              expect(owners.get(queue.logId) ?? queue).toBe(queue)
              owners.set(queue.logId, queue)
            }
          }
        }
        const recorded = journal.commands.length
        const hash = journal.replay().hash
        const restored = await BrokerParts.start(journal)
        expect(restored.isFirstStart).toBe(false)
        expect(restored.durable()).toEqual(parts.durable())
        expect(await restored.definitions()).toEqual(await parts.definitions())
        expect(journal.commands.length).toBe(recorded)
        parts.close()
        expect(journal.commands.length).toBe(recorded)
        expect(journal.replay().hash).toBe(hash)
        parts = restored
      }
      parts.close()
    })
    await fc.assert(property, { numRuns: 100 })
  })

  it('records nothing of what does not last', async () => {
    const parts = await BrokerParts.start()
    await parts.admin.putVhost('/')
    const vhost = parts.parts.vhosts.get('/') as Vhost
    const recorded = parts.journal.commands.length
    const flags = { autoDelete: false, internal: false, arguments: {} }
    const own = { name: 'own', durable: true, autoDelete: false, arguments: {}, exclusiveOwner: NOBODY }
    const { queue } = vhost.declareQueue(own, NOBODY)
    const transient = { ...own, name: 'transient', durable: false, exclusiveOwner: undefined }
    const { queue: passing } = vhost.declareQueue(transient, NOBODY)
    const exchange = vhost.declareExchange({ ...flags, name: 'passing', type: 'topic', durable: false })
    for (const destination of [queue, passing, exchange]) {
      vhost.bind(vhost.exchange('amq.topic'), { destination, routingKey: '', arguments: {} })
    }
    vhost.bind(exchange, { destination: vhost.exchange('amq.topic'), routingKey: '', arguments: {} })
    vhost.deleteQueue(passing)
    vhost.deleteQueue(queue)
    vhost.deleteExchange('passing', false)
    expect(parts.journal.commands.length).toBe(recorded)
    expect([queue.logId, passing.logId]).toEqual([0, 0])
    parts.close()
  })

  it('leaves nothing of a vhost that is deleted', async () => {
    const parts = await BrokerParts.start()
    const before = parts.journal.replay().size
    await parts.admin.putVhost('v')
    await parts.admin.putUser('u', { passwordHash: HASH, tags: [] })
    await parts.admin.putPermissions('u', 'v', { configure: '', write: '', read: '' })
    await parts.admin.putTopicPermissions('u', 'v', { exchange: 'x', write: '', read: '' })
    await parts.admin.putPolicy('v', 'p', { pattern: '', definition: { 'max-length': 1 } })
    await parts.admin.importDefinitions(
      {
        queues: [{ name: 'q', durable: true, auto_delete: false, arguments: {} }],
        exchanges: ['x', 'y'].map((name) => {
          return { name, type: 'topic', durable: true, auto_delete: name === 'x', internal: false, arguments: {} }
        }),
        bindings: ['x', 'amq.topic'].map((source) => {
          return { source, destination: 'q', destination_type: 'queue', routing_key: 'k', arguments: {} }
        }),
      },
      'v',
    )
    await parts.admin.deleteVhost('v')
    await parts.admin.deleteUser('u')
    const left = [...parts.journal.replay().pairs()].map(([key]) => key)
    // The counter of log ids.
    expect(left).toHaveLength(before + 1)
    expect(left).toContain(formatKey('log-id'))
    parts.close()
  })

  it('brings nothing of a deleted vhost into a new one of the same name', async () => {
    const { journal, ...first } = await deletedWhileInUse()
    // The second one was made between the slices in which the first one was removed.
    const state = journal.replay()
    expect(state.get(formatKey('vhost', 'v'))).toBeDefined()
    const second = await BrokerParts.start(journal)
    expect([...(second.parts.vhosts.get('v')?.queues.keys() ?? [])]).toEqual(['new', 'old 1'])
    first.close()
    second.close()
  })

  it('removes what was left of a deleted vhost when the broker ended', async () => {
    const { journal: whole, ...first } = await deletedWhileInUse()
    first.close()
    const isEnd = ({ op, key }: MetadataCommand) => op === 'delete' && key === formatKey('vhost', 'v')
    const journal = new RecordingJournal()
    journal.commands.push(...whole.commands.slice(0, whole.commands.findIndex(isEnd) + 1))
    expect(journal.replay().size).toBeGreaterThan(OLD_QUEUES)
    const second = await BrokerParts.start(journal)
    expect([...second.parts.vhosts.keys()]).toEqual([])
    // The format and the counter.
    expect(journal.replay().size).toBe(2)
    second.close()
  })

  it('gives no number out again that is in use, though the counter was lost', async () => {
    const journal = new RecordingJournal()
    journal.put(formatKey('format'), METADATA_FORMAT)
    journal.put(formatKey('vhost', 'v'), JSON.stringify({ number: 500, said: {} }))
    const parts = await BrokerParts.start(journal)
    const vhost = parts.parts.vhosts.get('v') as Vhost
    expect(vhost.declareQueue({ ...DURABLE, name: 'q' }, NOBODY).queue.logId).toBeGreaterThan(500)
    parts.close()
  })

  it('removes what belongs to something that is gone, and leaves alone what it cannot read', async () => {
    const journal = new RecordingJournal()
    const first = await BrokerParts.start(journal)
    await first.admin.putVhost('/')
    first.close()
    const { number: given } = JSON.parse(journal.replay().get(formatKey('vhost', '/')) as string)
    const number = String(given)
    const orphan = formatKey('binding', number, 'amq.topic', 'queue', 'gone', 'k', '')
    const strange = formatKey('exchange', number, 'strange')
    const needsStrange = formatKey('binding', number, 'strange', 'exchange', 'amq.topic', 'k', '')
    journal.put(orphan, '{}')
    journal.put(strange, JSON.stringify({ type: 'x-later', autoDelete: false, internal: false, logId: 77 }))
    journal.put(needsStrange, '{}')
    const lost = formatKey('queue', '999', 'in a vhost that was lost')
    journal.put(lost, '{}')
    journal.put('["later"]', '1')
    journal.put(formatKey('permission', 'nobody', '/'), '{}')
    const warnings: unknown[] = []
    const logger = { ...silentLogger, warn: (fields: object, text: string) => warnings.push([text, fields]) }
    const second = await BrokerParts.start(journal, logger)
    const state = journal.replay()
    expect(state.get(orphan)).toBeUndefined()
    expect(state.get(formatKey('permission', 'nobody', '/'))).toBeUndefined()
    for (const key of [strange, needsStrange, lost, '["later"]']) expect(state.get(key)).toBeDefined()
    const vhost = second.parts.vhosts.get('/') as Vhost
    const settings = { name: 'q', durable: true, autoDelete: false, arguments: {}, exclusiveOwner: undefined }
    expect(vhost.declareQueue(settings, NOBODY).queue.logId).toBeGreaterThan(77)
    expect(warnings).toEqual([
      [expect.stringMatching('removed'), { count: 2, keys: [formatKey('permission', 'nobody', '/'), orphan] }],
      [expect.stringMatching('left out'), { count: 4, keys: expect.anything() }],
    ])
    second.close()
  })

  it('leaves all as it is where records were damaged', async () => {
    const { journal, parts } = await BrokerParts.start()
    const orphan = formatKey('permission', 'lost', 'lost')
    journal.put(orphan, '{}')
    const restored = { ...parts, createVhost: parts.createTrialVhost }
    await openMetadata({ journal, state: journal.replay(), damaged: true }, restored, silentLogger)
    expect(journal.replay().get(orphan)).toBeDefined()
    await openMetadata({ journal, state: journal.replay() }, restored, silentLogger)
    expect(journal.replay().get(orphan)).toBeUndefined()
  })

  it('refuses metadata of another format', async () => {
    const journal = new RecordingJournal()
    const { parts } = await BrokerParts.start()
    journal.put(formatKey('format'), '2')
    const restored = { ...parts, createVhost: parts.createTrialVhost }
    await expect(openMetadata({ journal, state: journal.replay() }, restored, silentLogger)).rejects.toThrow(
      'the metadata has format 2; this version of the broker reads 1',
    )
  })

  it('restores 100,000 queues, and lets other work have its turns', {
    timeout: 60_000,
  }, async () => {
    const count = 100_000
    const journal = new RecordingJournal()
    const first = await BrokerParts.start(journal)
    await first.admin.putVhost('/')
    await first.admin.putPolicy('/', 'p', { pattern: '1$', definition: { 'max-length': 5 } })
    first.close()
    for (let i = 1; i <= count; i++) {
      journal.put(formatKey('queue', '1', `queue ${i}`), JSON.stringify({ autoDelete: false, logId: i + 1 }))
      if (i % 10 === 0)
        journal.put(formatKey('binding', '1', 'amq.direct', 'queue', `queue ${i}`, `key ${i}`, ''), '{}')
    }
    let turns = 0
    const turn = () => {
      turns++
      running = setImmediate(turn)
    }
    let running = setImmediate(turn)
    const second = await BrokerParts.start(journal)
    clearImmediate(running)
    const vhost = second.parts.vhosts.get('/') as Vhost
    expect(vhost.queues.size).toBe(count)
    expect((vhost.exchanges.get('amq.direct') as Exchange).matcher.size).toBe(count / 10)
    expect(vhost.queues.get('queue 1')?.features.maxLength).toBe(5)
    expect(vhost.queues.get('queue 2')?.features.maxLength).toBeUndefined()
    expect(turns).toBeGreaterThan(10)
    second.close()
  })
})
