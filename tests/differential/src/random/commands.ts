/**
 * The steps of a random session, and how they look when they are printed.
 *
 * A step names things by number (queue 2, channel 0, the third message in hand), and means whatever that is when it runs: any list of
 * steps can be run, also a shorter one when a failure is made smaller.
 */

import type { BasicProperties, FieldTable } from '@warrenmq/codec'
import type { PolicyInput } from '@warrenmq/testkit'
import { valueInWords } from '../words.ts'

/** Queues `q0` … */
export const QUEUES = ['q0', 'q1', 'q2'] as const
/** Where `q0` sends what it drops. Nothing else leads there, so that the order in it is determined. */
export const DEAD_LETTER_QUEUE = 'qd'
export const DEAD_LETTER_EXCHANGE = 'xd'
/** Exchanges `x0` … */
export const EXCHANGES = ['x0', 'x1', 'x2'] as const
/** Channels 0 and 1 are of the first connection, channel 2 of the second. */
export const CHANNELS = [0, 1, 2] as const

/** Policies, the lower priority first, and an operator policy. */
export const POLICIES = ['p0', 'p1', 'o0'] as const

/** How a queue is declared. */
export interface QueueInput {
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly args: FieldTable
}

/** How an exchange is declared. */
export interface ExchangeInput {
  readonly type: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly internal: boolean
  readonly args: FieldTable
}

/** A policy; operator policies have names that start with `o`. */
export interface SessionPolicy {
  readonly name: (typeof POLICIES)[number]
  readonly pattern: string
  readonly definition: PolicyInput['definition']
}

/** A message and how often it is published. */
export interface PublishInput {
  readonly exchange: string
  readonly key: string
  readonly mandatory: boolean
  readonly count: number
  /** Added to the bodies, in bytes. */
  readonly padding: number
  readonly properties: BasicProperties
}

interface ByKind {
  'declare-queue': QueueInput & { readonly queue: string }
  'delete-queue': { readonly queue: string; readonly ifUnused: boolean; readonly ifEmpty: boolean }
  purge: { readonly queue: string }
  'declare-exchange': ExchangeInput & { readonly exchange: string }
  'delete-exchange': { readonly exchange: string; readonly ifUnused: boolean }
  bind: { readonly queue: string; readonly exchange: string; readonly key: string; readonly args: FieldTable }
  unbind: { readonly queue: string; readonly exchange: string; readonly key: string; readonly args: FieldTable }
  'bind-exchange': { readonly to: string; readonly exchange: string; readonly key: string; readonly args: FieldTable }
  'unbind-exchange': { readonly to: string; readonly exchange: string; readonly key: string; readonly args: FieldTable }
  publish: PublishInput
  consume: {
    readonly queue: string
    readonly tag: string
    readonly noAck: boolean
    readonly exclusive: boolean
    readonly args: FieldTable
  }
  cancel: { readonly tag: string }
  get: { readonly queue: string; readonly noAck: boolean }
  settle: {
    readonly how: 'ack' | 'nack' | 'reject'
    /** Which of those in hand, modulo their number. */
    readonly pick: number
    /** Also everything that came in its step or before. */
    readonly multiple: boolean
    readonly requeue: boolean
  }
  recover: Record<never, never>
  qos: { readonly count: number; readonly global: boolean }
  confirm: Record<never, never>
  'set-policy': { readonly policy: SessionPolicy }
  'clear-policy': { readonly name: SessionPolicy['name'] }
  tx: { readonly what: 'select' | 'commit' | 'rollback' }
  'close-channel': Record<never, never>
  'close-connection': Record<never, never>
}

export type Kind = keyof ByKind

/** A step on a channel. */
export type Command = { [K in Kind]: { readonly kind: K; readonly channel: number } & ByKind[K] }[Kind]

/** A step of one kind. */
export type CommandOf<K extends Kind> = Extract<Command, { kind: K }>

/** One line. */
export function commandInWords({ kind, channel, ...fields }: Command): string {
  const shown = Object.entries(fields).filter(([, value]) => value !== false && !isEmptyTable(value))
  return [`c${channel} ${kind}`, ...shown.map(([name, value]) => `${name}=${valueInWords(value)}`)].join(' ')
}

function isEmptyTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
