/** Reads definitions out of RabbitMQ's JSON, whole or those of one vhost, and says what is wrong with their shape. */

import { isJsonObject, type JsonObject } from '../parameters/json-value.ts'
import { POLICY } from '../policy/policy-components.ts'
import type { VhostMetadata } from '../vhost/vhost-metadata.ts'
import type {
  BindingDefinition,
  Definitions,
  DefinitionsDocument,
  ExchangeDefinition,
  ParameterDefinition,
  PermissionDefinition,
  QueueDefinition,
  UserDefinition,
  VhostDefinition,
} from './definitions.ts'
import { DefinitionsError } from './definitions-error.ts'
import { PartReader } from './part-reader.ts'

/**
 * Reads a document.
 *
 * @param vhost Where everything goes when these are the definitions of one vhost; users, vhosts and rights are then left aside.
 * @throws DefinitionsError naming every part that has the wrong shape.
 */
export function readDefinitions(document: string | DefinitionsDocument, vhost?: string): Definitions {
  const faults: string[] = []
  const root = new PartReader('', parseDocument(document), faults)
  const inVhost = (part: PartReader) => vhost ?? part.text('vhost')
  const whole = (key: string) => (vhost === undefined ? root.list(key) : [])
  const definitions: Definitions = {
    users: whole('users').map(readUser),
    vhosts: whole('vhosts').map(readVhost),
    permissions: whole('permissions').map((part) => readPermission(part, part.text('configure'), '')),
    topicPermissions: whole('topic_permissions').map((part) => readPermission(part, '', part.text('exchange'))),
    globalParameters: whole('global_parameters').map((part) => {
      return { path: part.path, name: part.text('name'), value: part.json('value') }
    }),
    parameters: [
      ...root.list('parameters').map((part) => readParameter(part, inVhost(part))),
      ...root.list('policies').map((part) => readPolicy(part, inVhost(part))),
    ],
    exchanges: root.list('exchanges').map((part) => readExchange(part, inVhost(part))),
    queues: root.list('queues').map((part) => readQueue(part, inVhost(part))),
    bindings: root.list('bindings').map((part) => readBinding(part, inVhost(part))),
  }
  if (faults.length > 0) throw new DefinitionsError(faults)
  return definitions
}

function parseDocument(document: string | DefinitionsDocument): DefinitionsDocument {
  let parsed: unknown = document
  if (typeof document === 'string') {
    try {
      // RabbitMQ takes an empty document for one that defines nothing.
      parsed = document.trim() === '' ? {} : JSON.parse(document.replace(/^\uFEFF/, ''))
    } catch (error) {
      throw new DefinitionsError([`the document is no JSON: ${(error as Error).message}`])
    }
  }
  if (!isJsonObject(parsed)) throw new DefinitionsError(['the document must be an object'])
  return parsed
}

function readUser(part: PartReader): UserDefinition {
  return {
    path: part.path,
    name: part.text('name'),
    password: part.has('password') ? part.text('password') : undefined,
    passwordHash: part.text('password_hash', ''),
    hashingAlgorithm: part.has('hashing_algorithm') ? part.text('hashing_algorithm') : undefined,
    tags: part.words('tags'),
    limits: part.json('limits', {}),
  }
}

/** What is said of a vhost stands in `metadata` or beside it, by RabbitMQ's version; its word for nothing is `undefined`. */
function readVhost(part: PartReader): VhostDefinition {
  const nested = part.object('metadata')
  const holder = (key: string) => (part.has(key) ? part : nested)
  const defaultQueueType = holder('default_queue_type').text('default_queue_type', 'undefined')
  const description = holder('description').text('description', '')
  const tags = holder('tags').words('tags')
  const metadata: VhostMetadata = {
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags: Object.freeze(tags) }),
    ...(defaultQueueType !== 'undefined' && { defaultQueueType }),
  }
  return { path: part.path, name: part.text('name'), metadata: Object.keys(metadata).length > 0 ? metadata : undefined }
}

function readPermission(part: PartReader, configure: string, exchange: string): PermissionDefinition {
  const [user, vhost, write, read] = ['user', 'vhost', 'write', 'read'].map((key) => part.text(key))
  return { path: part.path, user, vhost, configure, write, read, exchange }
}

function readParameter(part: PartReader, vhost: string): ParameterDefinition {
  const { path } = part
  return { path, vhost, component: part.text('component'), name: part.text('name'), value: part.json('value') }
}

function readPolicy(part: PartReader, vhost: string): ParameterDefinition {
  const value: JsonObject = {
    pattern: part.json('pattern'),
    definition: part.json('definition'),
    priority: part.json('priority', 0),
    'apply-to': part.json('apply-to', 'all'),
  }
  return { path: part.path, vhost, component: POLICY.name, name: part.text('name'), value }
}

function readQueue(part: PartReader, vhost: string): QueueDefinition {
  return {
    path: part.path,
    vhost,
    name: part.text('name'),
    durable: part.flag('durable', true),
    autoDelete: part.flag('auto_delete', false),
    arguments: part.arguments('arguments'),
  }
}

function readExchange(part: PartReader, vhost: string): ExchangeDefinition {
  return { ...readQueue(part, vhost), type: part.text('type'), internal: part.flag('internal', false) }
}

function readBinding(part: PartReader, vhost: string): BindingDefinition {
  return {
    path: part.path,
    vhost,
    source: part.text('source'),
    destination: part.text('destination'),
    destinationType: part.text('destination_type'),
    routingKey: part.text('routing_key', ''),
    arguments: part.arguments('arguments'),
  }
}
