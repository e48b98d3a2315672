/** Exports all that a broker has but messages, in the shape of RabbitMQ's HTTP API. */

import type { PasswordHash } from '../access/password.ts'
import type { User } from '../access/user-store.ts'
import type { AdministeredParts } from '../administration/administration.ts'
import type { JsonObject } from '../parameters/json-value.ts'
import { listPolicies, POLICY } from '../policy/policy-components.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { writeArguments } from './argument-table.ts'
import type { DefinitionsDocument } from './definitions.ts'

/** RabbitMQ's version whose shape this is. */
const SHAPE_VERSION = '3.10.8'

/** Everything. Exclusive queues, the exchanges that a vhost begins with and bindings to either are left out. */
export async function exportDefinitions(parts: AdministeredParts): Promise<DefinitionsDocument> {
  const { users, vhosts, globalParameters } = parts
  const everyone = users.users()
  const each = <T>(list: (vhost: Vhost) => T[]) => [...vhosts.values()].flatMap(list)
  const passwords: PasswordHash[] = []
  for (const user of everyone) passwords.push(await parts.passwordToExport(user))
  return {
    rabbit_version: SHAPE_VERSION,
    rabbitmq_version: SHAPE_VERSION,
    product_name: 'WarrenMQ',
    users: everyone.map((user, index) => exportUser(user, passwords[index], parts)),
    vhosts: each((vhost) => [exportVhost(vhost)]),
    permissions: everyone.flatMap(({ name: user }) =>
      [...users.permissionsOf(user)].map(([vhost, rights]) => ({ user, vhost, ...rights })),
    ),
    topic_permissions: everyone.flatMap(({ name: user }) =>
      [...users.topicPermissionsOf(user)].flatMap(([vhost, rights]) =>
        [...rights.values()].map((right) => ({ user, vhost, ...right })),
      ),
    ),
    parameters: each(exportParameters),
    global_parameters: [...globalParameters.all()].map(([name, value]) => ({ name, value })),
    policies: each(exportPolicies),
    queues: each(exportQueues),
    exchanges: each(exportExchanges),
    bindings: each(exportBindings),
  }
}

/** What is in one vhost. */
export function exportVhostDefinitions(vhost: Vhost): DefinitionsDocument {
  const without = (items: JsonObject[]) => items.map(({ vhost: _vhost, ...rest }) => rest)
  return {
    rabbit_version: SHAPE_VERSION,
    parameters: exportParameters(vhost),
    policies: exportPolicies(vhost),
    queues: without(exportQueues(vhost)),
    exchanges: without(exportExchanges(vhost)),
    bindings: without(exportBindings(vhost)),
  }
}

/** What is said of it stands in `metadata`, as in RabbitMQ's definitions since 3.11, and beside it, as in its answers about vhosts. */
function exportVhost({ name, metadata }: Vhost): JsonObject {
  if (metadata === undefined) return { name }
  const { description = '', tags = [], defaultQueueType } = metadata
  const said = { description, tags: [...tags], ...(defaultQueueType && { default_queue_type: defaultQueueType }) }
  return { name, ...said, metadata: said }
}

function exportUser({ name, tags }: User, { hash, algorithm }: PasswordHash, { users }: AdministeredParts) {
  return { name, password_hash: hash, hashing_algorithm: algorithm, tags, limits: users.limitsOf(name) }
}

function exportParameters({ name: vhost, parameters }: Vhost): JsonObject[] {
  const others = parameters.all().filter(({ component }) => component !== POLICY.name)
  return others.map(({ component, name, value }) => ({ value, vhost, component, name }))
}

function exportPolicies({ name: vhost, parameters }: Vhost): JsonObject[] {
  return listPolicies(parameters, POLICY).map(({ name, pattern, applyTo, definition, priority }) => {
    return { vhost, name, pattern, 'apply-to': applyTo, definition, priority }
  })
}

function exportQueues({ name: vhost, queues }: Vhost): JsonObject[] {
  const shared = [...queues.values()].filter(({ settings }) => settings.exclusiveOwner === undefined)
  return shared.map(({ settings: { name, durable, autoDelete, arguments: table } }) => {
    return { name, vhost, durable, auto_delete: autoDelete, arguments: writeArguments(table) }
  })
}

function exportExchanges({ name: vhost, exchanges }: Vhost): JsonObject[] {
  const own = [...exchanges.values()].filter(({ name }) => name !== '' && !name.startsWith('amq.'))
  return own.map(({ settings: { name, type, durable, autoDelete, internal, arguments: table } }) => {
    return { name, vhost, type, durable, auto_delete: autoDelete, internal, arguments: writeArguments(table) }
  })
}

function exportBindings({ name: vhost, exchanges, queues }: Vhost): JsonObject[] {
  const isShared = (queue: string) => queues.get(queue)?.settings.exclusiveOwner === undefined
  const bindings: JsonObject[] = []
  for (const { name: source, matcher } of exchanges.values()) {
    if (source === '') continue
    for (const { destination, routingKey, arguments: table } of matcher.bindings()) {
      const { kind, name } = destination as unknown as { readonly kind: 'queue' | 'exchange'; readonly name: string }
      if (kind === 'queue' && !isShared(name)) continue
      bindings.push({
        source,
        vhost,
        destination: name,
        destination_type: kind,
        routing_key: routingKey,
        arguments: writeArguments(table),
      })
    }
  }
  return bindings
}
