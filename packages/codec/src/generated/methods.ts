// Generated from spec/amqp-0-9-1.json by scripts/generate.mjs. Do not edit.

import type { TypedTable } from '../field-value.ts'

/** Arguments of every method, by its name. */
export interface MethodArgsByName {
  'connection.start': {
    readonly versionMajor: number
    readonly versionMinor: number
    readonly serverProperties: TypedTable
    readonly mechanisms: Uint8Array
    readonly locales: Uint8Array
  }
  'connection.start-ok': {
    readonly clientProperties: TypedTable
    readonly mechanism: string
    readonly response: Uint8Array
    readonly locale: string
  }
  'connection.secure': {
    readonly challenge: Uint8Array
  }
  'connection.secure-ok': {
    readonly response: Uint8Array
  }
  'connection.tune': {
    readonly channelMax: number
    readonly frameMax: number
    readonly heartbeat: number
  }
  'connection.tune-ok': {
    readonly channelMax: number
    readonly frameMax: number
    readonly heartbeat: number
  }
  'connection.open': {
    readonly virtualHost: string
    readonly capabilities: string
    readonly insist: boolean
  }
  'connection.open-ok': {
    readonly knownHosts: string
  }
  'connection.close': {
    readonly replyCode: number
    readonly replyText: string
    readonly classId: number
    readonly methodId: number
  }
  'connection.close-ok': Readonly<Record<never, never>>
  'connection.blocked': {
    readonly reason: string
  }
  'connection.unblocked': Readonly<Record<never, never>>
  'connection.update-secret': {
    readonly newSecret: Uint8Array
    readonly reason: string
  }
  'connection.update-secret-ok': Readonly<Record<never, never>>
  'channel.open': {
    readonly outOfBand: string
  }
  'channel.open-ok': {
    readonly channelId: Uint8Array
  }
  'channel.flow': {
    readonly active: boolean
  }
  'channel.flow-ok': {
    readonly active: boolean
  }
  'channel.close': {
    readonly replyCode: number
    readonly replyText: string
    readonly classId: number
    readonly methodId: number
  }
  'channel.close-ok': Readonly<Record<never, never>>
  'access.request': {
    readonly realm: string
    readonly exclusive: boolean
    readonly passive: boolean
    readonly active: boolean
    readonly write: boolean
    readonly read: boolean
  }
  'access.request-ok': {
    readonly ticket: number
  }
  'exchange.declare': {
    readonly ticket: number
    readonly exchange: string
    readonly type: string
    readonly passive: boolean
    readonly durable: boolean
    readonly autoDelete: boolean
    readonly internal: boolean
    readonly noWait: boolean
    readonly arguments: TypedTable
  }
  'exchange.declare-ok': Readonly<Record<never, never>>
  'exchange.delete': {
    readonly ticket: number
    readonly exchange: string
    readonly ifUnused: boolean
    readonly noWait: boolean
  }
  'exchange.delete-ok': Readonly<Record<never, never>>
  'exchange.bind': {
    readonly ticket: number
    readonly destination: string
    readonly source: string
    readonly routingKey: string
    readonly noWait: boolean
    readonly arguments: TypedTable
  }
  'exchange.bind-ok': Readonly<Record<never, never>>
  'exchange.unbind': {
    readonly ticket: number
    readonly destination: string
    readonly source: string
    readonly routingKey: string
    readonly noWait: boolean
    readonly arguments: TypedTable
  }
  'exchange.unbind-ok': Readonly<Record<never, never>>
  'queue.declare': {
    readonly ticket: number
    readonly queue: string
    readonly passive: boolean
    readonly durable: boolean
    readonly exclusive: boolean
    readonly autoDelete: boolean
    readonly noWait: boolean
    readonly arguments: TypedTable
  }
  'queue.declare-ok': {
    readonly queue: string
    readonly messageCount: number
    readonly consumerCount: number
  }
  'queue.bind': {
    readonly ticket: number
    readonly queue: string
    readonly exchange: string
    readonly routingKey: string
    readonly noWait: boolean
    readonly arguments: TypedTable
  }
  'queue.bind-ok': Readonly<Record<never, never>>
  'queue.purge': {
    readonly ticket: number
    readonly queue: string
    readonly noWait: boolean
  }
  'queue.purge-ok': {
    readonly messageCount: number
  }
  'queue.delete': {
    readonly ticket: number
    readonly queue: string
    readonly ifUnused: boolean
    readonly ifEmpty: boolean
    readonly noWait: boolean
  }
  'queue.delete-ok': {
    readonly messageCount: number
  }
  'queue.unbind': {
    readonly ticket: number
    readonly queue: string
    readonly exchange: string
    readonly routingKey: string
    readonly arguments: TypedTable
  }
  'queue.unbind-ok': Readonly<Record<never, never>>
  'basic.qos': {
    readonly prefetchSize: number
    readonly prefetchCount: number
    readonly global: boolean
  }
  'basic.qos-ok': Readonly<Record<never, never>>
  'basic.consume': {
    readonly ticket: number
    readonly queue: string
    readonly consumerTag: string
    readonly noLocal: boolean
    readonly noAck: boolean
    readonly exclusive: boolean
    readonly noWait: boolean
    readonly arguments: TypedTable
  }
  'basic.consume-ok': {
    readonly consumerTag: string
  }
  'basic.cancel': {
    readonly consumerTag: string
    readonly noWait: boolean
  }
  'basic.cancel-ok': {
    readonly consumerTag: string
  }
  'basic.publish': {
    readonly ticket: number
    readonly exchange: string
    readonly routingKey: string
    readonly mandatory: boolean
    readonly immediate: boolean
  }
  'basic.return': {
    readonly replyCode: number
    readonly replyText: string
    readonly exchange: string
    readonly routingKey: string
  }
  'basic.deliver': {
    readonly consumerTag: string
    readonly deliveryTag: number | bigint
    readonly redelivered: boolean
    readonly exchange: string
    readonly routingKey: string
  }
  'basic.get': {
    readonly ticket: number
    readonly queue: string
    readonly noAck: boolean
  }
  'basic.get-ok': {
    readonly deliveryTag: number | bigint
    readonly redelivered: boolean
    readonly exchange: string
    readonly routingKey: string
    readonly messageCount: number
  }
  'basic.get-empty': {
    readonly clusterId: string
  }
  'basic.ack': {
    readonly deliveryTag: number | bigint
    readonly multiple: boolean
  }
  'basic.reject': {
    readonly deliveryTag: number | bigint
    readonly requeue: boolean
  }
  'basic.recover-async': {
    readonly requeue: boolean
  }
  'basic.recover': {
    readonly requeue: boolean
  }
  'basic.recover-ok': Readonly<Record<never, never>>
  'basic.nack': {
    readonly deliveryTag: number | bigint
    readonly multiple: boolean
    readonly requeue: boolean
  }
  'confirm.select': {
    readonly noWait: boolean
  }
  'confirm.select-ok': Readonly<Record<never, never>>
  'tx.select': Readonly<Record<never, never>>
  'tx.select-ok': Readonly<Record<never, never>>
  'tx.commit': Readonly<Record<never, never>>
  'tx.commit-ok': Readonly<Record<never, never>>
  'tx.rollback': Readonly<Record<never, never>>
  'tx.rollback-ok': Readonly<Record<never, never>>
}

/** How the arguments of a method stand on the wire. */
export interface MethodDefinition {
  readonly id: number
  readonly name: keyof MethodArgsByName
  /** Who may send it. */
  readonly sender: 'client' | 'server' | 'both'
  /** Whether a content header and body follow. */
  readonly content: boolean
  /** Names of the methods that answer it; empty for an asynchronous one. */
  readonly replies: readonly (keyof MethodArgsByName)[]
  readonly fields: readonly (readonly [name: string, type: FieldType])[]
}

/** Types of method arguments (§4.2.1). */
export type FieldType = 'octet' | 'short' | 'long' | 'longlong' | 'bit' | 'shortstr' | 'longstr' | 'table'

/** Every method, in the order of the specification. */
export const METHODS: readonly MethodDefinition[] = [
  {
    id: 0x000a000a,
    name: 'connection.start',
    sender: 'server',
    content: false,
    replies: ['connection.start-ok'],
    fields: [
      ['versionMajor', 'octet'],
      ['versionMinor', 'octet'],
      ['serverProperties', 'table'],
      ['mechanisms', 'longstr'],
      ['locales', 'longstr'],
    ],
  },
  {
    id: 0x000a000b,
    name: 'connection.start-ok',
    sender: 'client',
    content: false,
    replies: [],
    fields: [
      ['clientProperties', 'table'],
      ['mechanism', 'shortstr'],
      ['response', 'longstr'],
      ['locale', 'shortstr'],
    ],
  },
  {
    id: 0x000a0014,
    name: 'connection.secure',
    sender: 'server',
    content: false,
    replies: ['connection.secure-ok'],
    fields: [
      ['challenge', 'longstr'],
    ],
  },
  {
    id: 0x000a0015,
    name: 'connection.secure-ok',
    sender: 'client',
    content: false,
    replies: [],
    fields: [
      ['response', 'longstr'],
    ],
  },
  {
    id: 0x000a001e,
    name: 'connection.tune',
    sender: 'server',
    content: false,
    replies: ['connection.tune-ok'],
    fields: [
      ['channelMax', 'short'],
      ['frameMax', 'long'],
      ['heartbeat', 'short'],
    ],
  },
  {
    id: 0x000a001f,
    name: 'connection.tune-ok',
    sender: 'client',
    content: false,
    replies: [],
    fields: [
      ['channelMax', 'short'],
      ['frameMax', 'long'],
      ['heartbeat', 'short'],
    ],
  },
  {
    id: 0x000a0028,
    name: 'connection.open',
    sender: 'client',
    content: false,
    replies: ['connection.open-ok'],
    fields: [
      ['virtualHost', 'shortstr'],
      ['capabilities', 'shortstr'],
      ['insist', 'bit'],
    ],
  },
  {
    id: 0x000a0029,
    name: 'connection.open-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['knownHosts', 'shortstr'],
    ],
  },
  {
    id: 0x000a0032,
    name: 'connection.close',
    sender: 'both',
    content: false,
    replies: ['connection.close-ok'],
    fields: [
      ['replyCode', 'short'],
      ['replyText', 'shortstr'],
      ['classId', 'short'],
      ['methodId', 'short'],
    ],
  },
  {
    id: 0x000a0033,
    name: 'connection.close-ok',
    sender: 'both',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x000a003c,
    name: 'connection.blocked',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['reason', 'shortstr'],
    ],
  },
  {
    id: 0x000a003d,
    name: 'connection.unblocked',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x000a0046,
    name: 'connection.update-secret',
    sender: 'client',
    content: false,
    replies: ['connection.update-secret-ok'],
    fields: [
      ['newSecret', 'longstr'],
      ['reason', 'shortstr'],
    ],
  },
  {
    id: 0x000a0047,
    name: 'connection.update-secret-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x0014000a,
    name: 'channel.open',
    sender: 'client',
    content: false,
    replies: ['channel.open-ok'],
    fields: [
      ['outOfBand', 'shortstr'],
    ],
  },
  {
    id: 0x0014000b,
    name: 'channel.open-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['channelId', 'longstr'],
    ],
  },
  {
    id: 0x00140014,
    name: 'channel.flow',
    sender: 'client',
    content: false,
    replies: ['channel.flow-ok'],
    fields: [
      ['active', 'bit'],
    ],
  },
  {
    id: 0x00140015,
    name: 'channel.flow-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['active', 'bit'],
    ],
  },
  {
    id: 0x00140028,
    name: 'channel.close',
    sender: 'both',
    content: false,
    replies: ['channel.close-ok'],
    fields: [
      ['replyCode', 'short'],
      ['replyText', 'shortstr'],
      ['classId', 'short'],
      ['methodId', 'short'],
    ],
  },
  {
    id: 0x00140029,
    name: 'channel.close-ok',
    sender: 'both',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x001e000a,
    name: 'access.request',
    sender: 'client',
    content: false,
    replies: ['access.request-ok'],
    fields: [
      ['realm', 'shortstr'],
      ['exclusive', 'bit'],
      ['passive', 'bit'],
      ['active', 'bit'],
      ['write', 'bit'],
      ['read', 'bit'],
    ],
  },
  {
    id: 0x001e000b,
    name: 'access.request-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['ticket', 'short'],
    ],
  },
  {
    id: 0x0028000a,
    name: 'exchange.declare',
    sender: 'client',
    content: false,
    replies: ['exchange.declare-ok'],
    fields: [
      ['ticket', 'short'],
      ['exchange', 'shortstr'],
      ['type', 'shortstr'],
      ['passive', 'bit'],
      ['durable', 'bit'],
      ['autoDelete', 'bit'],
      ['internal', 'bit'],
      ['noWait', 'bit'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x0028000b,
    name: 'exchange.declare-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x00280014,
    name: 'exchange.delete',
    sender: 'client',
    content: false,
    replies: ['exchange.delete-ok'],
    fields: [
      ['ticket', 'short'],
      ['exchange', 'shortstr'],
      ['ifUnused', 'bit'],
      ['noWait', 'bit'],
    ],
  },
  {
    id: 0x00280015,
    name: 'exchange.delete-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x0028001e,
    name: 'exchange.bind',
    sender: 'client',
    content: false,
    replies: ['exchange.bind-ok'],
    fields: [
      ['ticket', 'short'],
      ['destination', 'shortstr'],
      ['source', 'shortstr'],
      ['routingKey', 'shortstr'],
      ['noWait', 'bit'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x0028001f,
    name: 'exchange.bind-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x00280028,
    name: 'exchange.unbind',
    sender: 'client',
    content: false,
    replies: ['exchange.unbind-ok'],
    fields: [
      ['ticket', 'short'],
      ['destination', 'shortstr'],
      ['source', 'shortstr'],
      ['routingKey', 'shortstr'],
      ['noWait', 'bit'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x00280033,
    name: 'exchange.unbind-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x0032000a,
    name: 'queue.declare',
    sender: 'client',
    content: false,
    replies: ['queue.declare-ok'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['passive', 'bit'],
      ['durable', 'bit'],
      ['exclusive', 'bit'],
      ['autoDelete', 'bit'],
      ['noWait', 'bit'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x0032000b,
    name: 'queue.declare-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['queue', 'shortstr'],
      ['messageCount', 'long'],
      ['consumerCount', 'long'],
    ],
  },
  {
    id: 0x00320014,
    name: 'queue.bind',
    sender: 'client',
    content: false,
    replies: ['queue.bind-ok'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['exchange', 'shortstr'],
      ['routingKey', 'shortstr'],
      ['noWait', 'bit'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x00320015,
    name: 'queue.bind-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x0032001e,
    name: 'queue.purge',
    sender: 'client',
    content: false,
    replies: ['queue.purge-ok'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['noWait', 'bit'],
    ],
  },
  {
    id: 0x0032001f,
    name: 'queue.purge-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['messageCount', 'long'],
    ],
  },
  {
    id: 0x00320028,
    name: 'queue.delete',
    sender: 'client',
    content: false,
    replies: ['queue.delete-ok'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['ifUnused', 'bit'],
      ['ifEmpty', 'bit'],
      ['noWait', 'bit'],
    ],
  },
  {
    id: 0x00320029,
    name: 'queue.delete-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['messageCount', 'long'],
    ],
  },
  {
    id: 0x00320032,
    name: 'queue.unbind',
    sender: 'client',
    content: false,
    replies: ['queue.unbind-ok'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['exchange', 'shortstr'],
      ['routingKey', 'shortstr'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x00320033,
    name: 'queue.unbind-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x003c000a,
    name: 'basic.qos',
    sender: 'client',
    content: false,
    replies: ['basic.qos-ok'],
    fields: [
      ['prefetchSize', 'long'],
      ['prefetchCount', 'short'],
      ['global', 'bit'],
    ],
  },
  {
    id: 0x003c000b,
    name: 'basic.qos-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x003c0014,
    name: 'basic.consume',
    sender: 'client',
    content: false,
    replies: ['basic.consume-ok'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['consumerTag', 'shortstr'],
      ['noLocal', 'bit'],
      ['noAck', 'bit'],
      ['exclusive', 'bit'],
      ['noWait', 'bit'],
      ['arguments', 'table'],
    ],
  },
  {
    id: 0x003c0015,
    name: 'basic.consume-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['consumerTag', 'shortstr'],
    ],
  },
  {
    id: 0x003c001e,
    name: 'basic.cancel',
    sender: 'both',
    content: false,
    replies: ['basic.cancel-ok'],
    fields: [
      ['consumerTag', 'shortstr'],
      ['noWait', 'bit'],
    ],
  },
  {
    id: 0x003c001f,
    name: 'basic.cancel-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['consumerTag', 'shortstr'],
    ],
  },
  {
    id: 0x003c0028,
    name: 'basic.publish',
    sender: 'client',
    content: true,
    replies: [],
    fields: [
      ['ticket', 'short'],
      ['exchange', 'shortstr'],
      ['routingKey', 'shortstr'],
      ['mandatory', 'bit'],
      ['immediate', 'bit'],
    ],
  },
  {
    id: 0x003c0032,
    name: 'basic.return',
    sender: 'server',
    content: true,
    replies: [],
    fields: [
      ['replyCode', 'short'],
      ['replyText', 'shortstr'],
      ['exchange', 'shortstr'],
      ['routingKey', 'shortstr'],
    ],
  },
  {
    id: 0x003c003c,
    name: 'basic.deliver',
    sender: 'server',
    content: true,
    replies: [],
    fields: [
      ['consumerTag', 'shortstr'],
      ['deliveryTag', 'longlong'],
      ['redelivered', 'bit'],
      ['exchange', 'shortstr'],
      ['routingKey', 'shortstr'],
    ],
  },
  {
    id: 0x003c0046,
    name: 'basic.get',
    sender: 'client',
    content: false,
    replies: ['basic.get-ok', 'basic.get-empty'],
    fields: [
      ['ticket', 'short'],
      ['queue', 'shortstr'],
      ['noAck', 'bit'],
    ],
  },
  {
    id: 0x003c0047,
    name: 'basic.get-ok',
    sender: 'server',
    content: true,
    replies: [],
    fields: [
      ['deliveryTag', 'longlong'],
      ['redelivered', 'bit'],
      ['exchange', 'shortstr'],
      ['routingKey', 'shortstr'],
      ['messageCount', 'long'],
    ],
  },
  {
    id: 0x003c0048,
    name: 'basic.get-empty',
    sender: 'server',
    content: false,
    replies: [],
    fields: [
      ['clusterId', 'shortstr'],
    ],
  },
  {
    id: 0x003c0050,
    name: 'basic.ack',
    sender: 'both',
    content: false,
    replies: [],
    fields: [
      ['deliveryTag', 'longlong'],
      ['multiple', 'bit'],
    ],
  },
  {
    id: 0x003c005a,
    name: 'basic.reject',
    sender: 'client',
    content: false,
    replies: [],
    fields: [
      ['deliveryTag', 'longlong'],
      ['requeue', 'bit'],
    ],
  },
  {
    id: 0x003c0064,
    name: 'basic.recover-async',
    sender: 'client',
    content: false,
    replies: [],
    fields: [
      ['requeue', 'bit'],
    ],
  },
  {
    id: 0x003c006e,
    name: 'basic.recover',
    sender: 'client',
    content: false,
    replies: ['basic.recover-ok'],
    fields: [
      ['requeue', 'bit'],
    ],
  },
  {
    id: 0x003c006f,
    name: 'basic.recover-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x003c0078,
    name: 'basic.nack',
    sender: 'both',
    content: false,
    replies: [],
    fields: [
      ['deliveryTag', 'longlong'],
      ['multiple', 'bit'],
      ['requeue', 'bit'],
    ],
  },
  {
    id: 0x0055000a,
    name: 'confirm.select',
    sender: 'client',
    content: false,
    replies: ['confirm.select-ok'],
    fields: [
      ['noWait', 'bit'],
    ],
  },
  {
    id: 0x0055000b,
    name: 'confirm.select-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x005a000a,
    name: 'tx.select',
    sender: 'client',
    content: false,
    replies: ['tx.select-ok'],
    fields: [],
  },
  {
    id: 0x005a000b,
    name: 'tx.select-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x005a0014,
    name: 'tx.commit',
    sender: 'client',
    content: false,
    replies: ['tx.commit-ok'],
    fields: [],
  },
  {
    id: 0x005a0015,
    name: 'tx.commit-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
  {
    id: 0x005a001e,
    name: 'tx.rollback',
    sender: 'client',
    content: false,
    replies: ['tx.rollback-ok'],
    fields: [],
  },
  {
    id: 0x005a001f,
    name: 'tx.rollback-ok',
    sender: 'server',
    content: false,
    replies: [],
    fields: [],
  },
]
