/**
 * What rabbitmqadmin declares, deletes and lists: a table of kinds, with the names that may be given.
 *
 * In paths, `{name}` stands for a value, and `{d}` for the first letter of `destination_type`.
 */

export interface Kind {
  readonly path: string
  /** How it is made. @default PUT */
  readonly method?: 'PUT' | 'POST'
  readonly mandatory: readonly string[]
  /** Names that may be left out, with what then holds; undefined: nothing. */
  readonly optional?: Readonly<Record<string, unknown>>
  /** Names whose values are JSON. */
  readonly json?: readonly string[]
  /** Other words for names. */
  readonly aliases?: Readonly<Record<string, string>>
}

const POLICY = {
  mandatory: ['name', 'pattern', 'definition'],
  optional: { priority: 0, 'apply-to': undefined },
  json: ['definition', 'priority'],
  aliases: { apply_to: 'apply-to' },
}

export const DECLARABLE: Readonly<Record<string, Kind>> = {
  exchange: {
    path: 'exchanges/{vhost}/{name}',
    mandatory: ['name', 'type'],
    optional: { auto_delete: false, durable: true, internal: false, arguments: {} },
    json: ['arguments'],
  },
  queue: {
    path: 'queues/{vhost}/{name}',
    mandatory: ['name'],
    optional: { auto_delete: false, durable: true, arguments: {}, node: undefined, queue_type: undefined },
    json: ['arguments'],
    aliases: { type: 'queue_type' },
  },
  binding: {
    path: 'bindings/{vhost}/e/{source}/{d}/{destination}',
    method: 'POST',
    mandatory: ['source', 'destination'],
    optional: { destination_type: 'queue', routing_key: '', arguments: {} },
    json: ['arguments'],
  },
  vhost: {
    path: 'vhosts/{name}',
    mandatory: ['name'],
    optional: { tracing: undefined, description: undefined, tags: undefined, default_queue_type: undefined },
  },
  user: {
    path: 'users/{name}',
    mandatory: ['name', 'password|password_hash', 'tags'],
    optional: { hashing_algorithm: undefined },
  },
  permission: { path: 'permissions/{vhost}/{user}', mandatory: ['vhost', 'user', 'configure', 'write', 'read'] },
  parameter: {
    path: 'parameters/{component}/{vhost}/{name}',
    mandatory: ['component', 'name', 'value'],
    json: ['value'],
  },
  policy: { path: 'policies/{vhost}/{name}', ...POLICY },
  operator_policy: { path: 'operator-policies/{vhost}/{name}', ...POLICY },
  vhost_limit: { path: 'vhost-limits/{vhost}/{name}', mandatory: ['vhost', 'name', 'value'], json: ['value'] },
}

export const DELETABLE: Readonly<Record<string, Kind>> = {
  exchange: { path: 'exchanges/{vhost}/{name}', mandatory: ['name'] },
  queue: { path: 'queues/{vhost}/{name}', mandatory: ['name'] },
  binding: {
    path: 'bindings/{vhost}/e/{source}/{d}/{destination}/{properties_key}',
    mandatory: ['source', 'destination_type', 'destination'],
    optional: { properties_key: '~' },
  },
  vhost: { path: 'vhosts/{name}', mandatory: ['name'] },
  user: { path: 'users/{name}', mandatory: ['name'] },
  permission: { path: 'permissions/{vhost}/{user}', mandatory: ['vhost', 'user'] },
  parameter: { path: 'parameters/{component}/{vhost}/{name}', mandatory: ['component', 'name'] },
  policy: { path: 'policies/{vhost}/{name}', mandatory: ['name'] },
  operator_policy: { path: 'operator-policies/{vhost}/{name}', mandatory: ['name'] },
  vhost_limit: { path: 'vhost-limits/{vhost}/{name}', mandatory: ['vhost', 'name'] },
}

export const PURGEABLE: Readonly<Record<string, Kind>> = {
  queue: { path: 'queues/{vhost}/{name}/contents', mandatory: ['name'] },
}

export const CLOSEABLE: Readonly<Record<string, Kind>> = {
  connection: { path: 'connections/{name}', mandatory: ['name'] },
}

export const PUBLISH: Kind = {
  path: 'exchanges/{vhost}/{exchange}/publish',
  mandatory: ['routing_key'],
  optional: { payload: undefined, properties: {}, exchange: 'amq.default', payload_encoding: 'string' },
  json: ['properties'],
}

export const GET: Kind = {
  path: 'queues/{vhost}/{queue}/get',
  mandatory: ['queue'],
  optional: { count: '1', ackmode: 'ack_requeue_true', payload_file: undefined, encoding: 'auto' },
  aliases: { ack_mode: 'ackmode' },
}

/** What is listed, with the columns that are shown when none are named. */
export interface ListedKind {
  readonly path: string
  readonly isInVhost?: boolean
  readonly columns?: readonly string[]
  /** Fields that are shown as JSON. */
  readonly json?: readonly string[]
}

export const LISTABLE: Readonly<Record<string, ListedKind>> = {
  connections: { path: 'connections', columns: ['name', 'user', 'channels'] },
  channels: { path: 'channels', columns: ['name', 'user'] },
  consumers: { path: 'consumers', isInVhost: true },
  exchanges: { path: 'exchanges', isInVhost: true, columns: ['name', 'type'] },
  queues: { path: 'queues', isInVhost: true, columns: ['name', 'messages'] },
  bindings: { path: 'bindings', isInVhost: true, columns: ['source', 'destination', 'routing_key'] },
  users: { path: 'users' },
  vhosts: { path: 'vhosts', columns: ['name', 'messages'] },
  permissions: { path: 'permissions' },
  nodes: { path: 'nodes', columns: ['name', 'type', 'mem_used'] },
  parameters: { path: 'parameters', json: ['value'] },
  policies: { path: 'policies', json: ['definition'] },
  operator_policies: { path: 'operator-policies', json: ['definition'] },
  vhost_limits: { path: 'vhost-limits', json: ['value'] },
}

export const SHOWABLE: Readonly<Record<string, ListedKind>> = {
  overview: {
    path: 'overview',
    columns: ['rabbitmq_version', 'cluster_name', 'queue_totals.messages', 'object_totals.queues'],
  },
}
