/** Definitions: what RabbitMQ exports is imported, all or nothing, and exported again as it was. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Broker, createBroker, type DefinitionsDocument, DefinitionsError } from '@warrenmq/broker'
import { openChannel, openConnection, type Target } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { declareCatcher, whoGets } from './policy-support.ts'
import { drain, onEachBroker, sendTo, untilReady } from './support.ts'

/** Password test12, from RabbitMQ's documentation of the algorithm. */
const HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR'

/** All kinds of things in one vhost, with a user. */
function definitionsOf(vhost: string) {
  return {
    rabbit_version: '3.10.8',
    unknown_key: [1],
    users: [
      {
        name: `${vhost}-user`,
        password_hash: HASH,
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: ['monitoring'],
        limits: { 'max-channels': 10 },
      },
    ],
    vhosts: [{ name: vhost }],
    permissions: [{ user: `${vhost}-user`, vhost, configure: '.*', write: '.*', read: '.*' }],
    topic_permissions: [{ user: `${vhost}-user`, vhost, exchange: 'amq.topic', write: '^a', read: '.*' }],
    parameters: [
      { value: { 'max-queues': 20 }, vhost, component: 'vhost-limits', name: 'limits' },
      {
        value: { pattern: '.*', definition: { 'max-length': 100 }, priority: 0, 'apply-to': 'queues' },
        vhost,
        component: 'operator_policy',
        name: 'op',
      },
    ],
    global_parameters: [{ name: `${vhost}-motd`, value: { text: 'hello' } }],
    policies: [
      {
        vhost,
        name: 'ae',
        pattern: '^source$',
        'apply-to': 'exchanges',
        definition: { 'alternate-exchange': 'other' },
        priority: 3,
      },
    ],
    queues: [
      { name: 'jobs', vhost, durable: true, auto_delete: false, arguments: { 'x-message-ttl': 60_000, 'x-text': 'y' } },
      { name: 'plain', vhost, durable: true, auto_delete: false, arguments: {} },
    ],
    exchanges: [
      { name: 'source', vhost, type: 'direct', durable: true, auto_delete: false, internal: false, arguments: {} },
      { name: 'other', vhost, type: 'fanout', durable: true, auto_delete: false, internal: true, arguments: {} },
    ],
    bindings: [
      { source: 'source', vhost, destination: 'other', destination_type: 'exchange', routing_key: 'k', arguments: {} },
      { source: 'other', vhost, destination: 'jobs', destination_type: 'queue', routing_key: '', arguments: {} },
      {
        source: 'amq.headers',
        vhost,
        destination: 'plain',
        destination_type: 'queue',
        routing_key: '',
        arguments: { 'x-match': 'all', n: 1, t: true },
      },
    ],
  }
}

/** The parts of a document that belong to a vhost and its user, in one order. */
function partsOf(document: DefinitionsDocument, vhost: string): Record<string, unknown> {
  const parts: Record<string, unknown> = {}
  for (const [key, items] of Object.entries(document)) {
    if (!Array.isArray(items) || key === 'unknown_key') continue
    const own = items.filter((item) => item.vhost === vhost || String(item.name).startsWith(vhost))
    // Who imports gets all rights in a new vhost.
    const wanted = own.filter((item) => item.user !== 'guest')
    parts[key] = wanted.map((item) => JSON.stringify(sorted(item))).sort()
  }
  return parts
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function clear(target: Target, vhost: string): Promise<void> {
  await target.admin.deleteVhost(vhost)
  await target.admin.deleteUser(`${vhost}-user`)
  await target.admin.deleteGlobalParameter(`${vhost}-motd`)
}

onEachBroker((target) => {
  it('brings in all that is in them, and exports it as it was', async () => {
    const { admin } = target
    const definitions = definitionsOf('definitions-all')
    await admin.importDefinitions(definitions)
    expect(partsOf(await admin.exportDefinitions(), 'definitions-all')).toEqual(partsOf(definitions, 'definitions-all'))

    const user = { user: 'definitions-all-user', password: 'test12', virtualHost: 'definitions-all' }
    {
      await using peer = await target.openChannel(user)
      expect(await whoGets(peer, 'source', ['jobs', 'plain'])).toEqual(['jobs'])
    }
    await clear(target, 'definitions-all')
  })

  it('leaves what is there as it is', async () => {
    const { admin } = target
    const definitions = definitionsOf('definitions-twice')
    await admin.importDefinitions(definitions)
    const queues = definitions.queues.map((queue) => ({ ...queue, durable: false, arguments: { 'x-max-length': 1 } }))
    await admin.importDefinitions({ ...definitions, queues })
    const exported = await admin.exportDefinitions()
    expect(partsOf(exported, 'definitions-twice')).toEqual(partsOf(definitions, 'definitions-twice'))
    await clear(target, 'definitions-twice')
  })

  it('exports and imports what is in one vhost', async () => {
    const { admin } = target
    await admin.importDefinitions(definitionsOf('definitions-one'))
    const exported = await admin.exportDefinitions('definitions-one')
    await admin.putVhost('definitions-copy')
    await admin.importDefinitions(exported, 'definitions-copy')
    const copy = await admin.exportDefinitions('definitions-copy')
    for (const key of ['queues', 'exchanges', 'bindings']) {
      const order = (items: unknown) => (items as unknown[]).map((item) => JSON.stringify(sorted(item))).sort()
      expect(order(copy[key])).toEqual(order(exported[key]))
    }
    await admin.deleteVhost('definitions-copy')
    await clear(target, 'definitions-one')
  })

  it('leaves exclusive queues and what a vhost begins with out', async () => {
    const { admin } = target
    await admin.putVhost('definitions-exclusive')
    await using peer = await target.openChannel({ virtualHost: 'definitions-exclusive' })
    await peer.call(1, 'queue.declare', { queue: 'own', exclusive: true })
    await peer.call(1, 'queue.bind', { queue: 'own', exchange: 'amq.fanout' })
    const { queues, exchanges, bindings } = await admin.exportDefinitions('definitions-exclusive')
    expect({ queues, exchanges, bindings }).toEqual({ queues: [], exchanges: [], bindings: [] })
    await admin.deleteVhost('definitions-exclusive')
  })
})

describe('faults', () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await createBroker({ port: 0 })
  })
  afterAll(() => broker.close())

  const base = definitionsOf('v')
  const FAULTS: readonly [change: DefinitionsDocument | string, fault: string][] = [
    ['{"queues":', 'the document is no JSON: '],
    ['[]', 'the document must be an object'],
    [{ queues: {} }, 'queues is {}; it must be a list of objects'],
    [{ queues: [1] }, 'queues[0] is 1; it must be an object'],
    [{ queues: [{ ...base.queues[0], durable: 'yes' }] }, 'queues[0].durable is "yes"; it must be true or false'],
    [{ queues: [{ vhost: 'v' }] }, 'queues[0].name is missing; it must be a text'],
    [{ queues: [{ ...base.queues[0], vhost: 'nope' }] }, "queues[0]: vhost 'nope' does not exist"],
    [{ queues: [{ ...base.queues[0], arguments: 5 }] }, 'queues[0].arguments is 5; it must be an object'],
    [
      { queues: [{ ...base.queues[0], arguments: { 'x-message-ttl': -1 } }] },
      "queues[0]: invalid arg 'x-message-ttl' for queue 'jobs' in vhost 'v': {value_negative,-1}",
    ],
    [{ exchanges: [{ ...base.exchanges[0], type: 'foo' }] }, "exchanges[0]: unknown exchange type 'foo'"],
    [{ bindings: [{ ...base.bindings[0], source: 'nope' }] }, "bindings[0]: no exchange 'nope' in vhost 'v'"],
    [
      { bindings: [{ ...base.bindings[2], arguments: { 'x-match': 'some' } }] },
      'bindings[0]: Invalid x-match field value <<"some">>',
    ],
    [
      { bindings: [{ ...base.bindings[2], destination_type: 'topic' }] },
      "bindings[0]: destination_type is 'topic'; it must be 'queue' or 'exchange'",
    ],
    [{ users: [{ name: 'u', password_hash: 'abc' }] }, 'users[0]: a rabbit_password_hashing_sha256 hash has 36 bytes'],
    [{ users: [{ name: 'u', password_hash: '', hashing_algorithm: 'rot13' }] }, 'users[0]: unknown password hashing'],
    [{ users: [{ name: 'u', limits: { 'max-foo': 1 } }] }, 'users[0]: Unrecognised terms [{<<"max-foo">>,1}]'],
    [{ vhosts: [{ name: '' }] }, 'vhosts[0]: the name of a vhost must not be empty'],
    [{ permissions: [{ ...base.permissions[0], user: 'nobody' }] }, "permissions[0]: user 'nobody' does not exist"],
    [{ permissions: [{ ...base.permissions[0], write: '(' }] }, 'permissions[0]: regular expression "(" '],
    [
      { policies: [{ ...base.policies[0], definition: { 'max-length': -1 } }] },
      'policies[0]: -1 is not a valid maximum length',
    ],
    [{ parameters: [{ vhost: 'v', component: 'foo', name: 'x', value: 1 }] }, 'parameters[0]: component foo not found'],
    [{ global_parameters: [{ name: 'x' }] }, 'global_parameters[0].value is missing'],
  ]

  it.each(FAULTS)('names what is wrong with %j, and changes nothing', async (change, fault) => {
    const { admin } = broker
    const before = await admin.exportDefinitions()
    const document = typeof change === 'string' ? change : { ...base, ...change }
    const error = await admin.importDefinitions(document).then(
      () => undefined,
      (refusal: DefinitionsError) => refusal,
    )
    expect(error).toBeInstanceOf(DefinitionsError)
    expect(error?.code).toBe('INVALID')
    // What refers to the faulty part may be at fault, too.
    expect(error?.faults[0]).toContain(fault)
    expect(await admin.exportDefinitions()).toEqual(before)
  })

  it('are all named at once', async () => {
    await using broker = await createBroker({ port: 0 })
    const document = { queues: [{}, { name: 1, vhost: '/' }], exchanges: 'x' }
    await expect(broker.admin.importDefinitions(document)).rejects.toMatchObject({
      faults: [
        'exchanges is "x"; it must be a list of objects',
        'queues[0].vhost is missing; it must be a text',
        'queues[0].name is missing; it must be a text',
        'queues[1].name is 1; it must be a text',
      ],
    })
  })

  it('are room that the limit of a vhost does not leave', async () => {
    await using broker = await createBroker({ port: 0, queueMax: 5 })
    await broker.admin.putVhostLimit('/', 'max-queues', 1)
    const queues = ['a', 'b'].map((name) => ({ name, vhost: '/' }))
    await expect(broker.admin.importDefinitions({ queues })).rejects.toMatchObject({
      faults: [
        'Adding 2 queue(s) to virtual host "/" would exceed the limit of 1 queue(s).\n\n' +
          'This virtual host currently has 0 queue(s) defined.\n\nImport aborted!',
      ],
    })
    await broker.admin.deleteVhostLimit('/', 'max-queues')
    const many = Array.from({ length: 6 }, (_, i) => ({ name: `q${i}`, vhost: '/' }))
    await expect(broker.admin.importDefinitions({ queues: many })).rejects.toThrow('the limit of 5 would be exceeded')
  })
})

describe('at the start', () => {
  it('bring users and vhosts instead of the default ones', async () => {
    await using broker = await createBroker({ port: 0, definitions: definitionsOf('start') })
    expect(await broker.admin.vhosts()).toEqual(['start'])
    expect((await broker.admin.users()).map(({ name }) => name)).toEqual(['start-user'])
    await (await openConnection(broker.port, { user: 'start-user', password: 'test12', virtualHost: 'start' })).close()
    await expect(openConnection(broker.port)).rejects.toThrow()
  })

  it('leave the default user and vhost where they define none', async () => {
    const definitions = JSON.stringify({ queues: [{ name: 'q', vhost: '/', arguments: {} }] })
    await using broker = await createBroker({ port: 0, definitions })
    await using peer = await openChannel(broker.port)
    sendTo(peer, 'q', 'message')
    await untilReady(peer, 'q', 1)
    expect(await drain(peer, 'q')).toEqual(['message'])
  })

  it('come from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warrenmq-definitions-'))
    try {
      const definitionsFile = join(folder, 'definitions.json')
      await writeFile(definitionsFile, JSON.stringify(definitionsOf('file')))
      await using broker = await createBroker({ port: 0, definitionsFile })
      expect(await broker.admin.vhosts()).toEqual(['file'])
      await writeFile(definitionsFile, '{"queues":5}')
      await expect(createBroker({ port: 0, definitionsFile })).rejects.toThrow(
        'queues is 5; it must be a list of objects',
      )
      await expect(createBroker({ port: 0, definitionsFile: join(folder, 'none') })).rejects.toThrow(
        'there is no such file',
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

it('keeps what belongs to plugins of RabbitMQ, without effect', async () => {
  await using broker = await createBroker({ port: 0 })
  const { admin } = broker
  const parameters = [{ value: { uri: 'amqp://x' }, vhost: '/', component: 'federation-upstream', name: 'up' }]
  const policy = { vhost: '/', name: 'fed', pattern: '^fed', 'apply-to': 'exchanges', priority: 0 }
  const policies = [{ ...policy, definition: { 'federation-upstream-set': 'all' } }]
  await admin.importDefinitions({ parameters, policies })
  expect(await admin.exportDefinitions('/')).toMatchObject({ parameters, policies })
})

it('exports a hash of the configured password that another broker takes', async () => {
  await using first = await createBroker({ port: 0, defaultPassword: 'secret' })
  const definitions = await first.admin.exportDefinitions()
  await (await openConnection(first.port, { password: 'secret' })).close()
  await using second = await createBroker({ port: 0, definitions })
  await (await openConnection(second.port, { password: 'secret' })).close()
})

describe('what is said of a vhost', () => {
  const said = { description: 'for tests', tags: ['one', 'two'], default_queue_type: 'quorum' }
  const exported = async (vhost: object) => {
    await using broker = await createBroker({ port: 0, definitions: { vhosts: [vhost] } })
    return (await broker.admin.exportDefinitions()).vhosts
  }

  it.each([
    ['in the vhost', said],
    ['in its metadata', { metadata: said }],
    ['in both', { ...said, metadata: { ...said, description: 'older' } }],
    ['as words', { ...said, tags: 'one, two' }],
  ])('is kept, and written where any RabbitMQ finds it: %s', async (_where, fields) => {
    expect(await exported({ name: 'v', ...fields })).toEqual([{ name: 'v', ...said, metadata: said }])
  })

  it('may be nothing, in the words of RabbitMQ', async () => {
    const nothing = {
      description: '',
      tags: [],
      default_queue_type: 'undefined',
      metadata: { description: '', tags: [] },
    }
    expect(await exported({ name: 'v', ...nothing })).toEqual([{ name: 'v' }])
  })

  it('must have its shape', async () => {
    await expect(exported({ name: 'v', metadata: [], tags: 1 })).rejects.toThrow(
      'vhosts[0].metadata is []; it must be an object',
    )
  })

  it('can be changed, and goes with the vhost', async () => {
    await using broker = await createBroker({ port: 0, vhosts: ['/'] })
    const vhosts = async () => (await broker.admin.exportDefinitions()).vhosts
    await broker.admin.putVhost('v', { description: 'first' })
    await broker.admin.putVhost('v', { description: 'second' })
    await broker.admin.putVhost('v')
    expect(await vhosts()).toContainEqual(expect.objectContaining({ name: 'v', description: 'second' }))
    await broker.admin.deleteVhost('v')
    await broker.admin.putVhost('v')
    expect(await vhosts()).toEqual([{ name: '/' }, { name: 'v' }])
  })
})

it('takes hostile names for names', async () => {
  await using broker = await createBroker({ port: 0 })
  const names = ['__proto__', 'constructor', 'toString']
  const queues = names.map((name) => ({ name, vhost: '/', arguments: JSON.parse('{"__proto__":1}') }))
  await broker.admin.importDefinitions({ queues })
  expect(await broker.admin.exportDefinitions('/')).toMatchObject({
    queues: names.map((name) => expect.objectContaining({ name })),
  })
})

it('lets clients have their turn while it brings in many queues', async () => {
  await using broker = await createBroker({ port: 0 })
  await using peer = await openChannel(broker.port)
  await declareCatcher(peer, 'busy')
  const queues = Array.from({ length: 10_000 }, (_, i) => ({ name: `many-${i}`, vhost: '/' }))
  const bindings = queues.map(({ name }) => {
    return { source: 'amq.topic', vhost: '/', destination: name, destination_type: 'queue', routing_key: name }
  })
  let isDone = false
  const imported = broker.admin.importDefinitions({ queues, bindings }).then(() => (isDone = true))
  expect(await whoGets(peer, 'busy', ['q-busy'])).toEqual(['q-busy'])
  expect(isDone).toBe(false)
  await imported
  expect(await whoGets(peer, 'busy', ['many-9999'])).toEqual([])
})
