/**
 * What a connection has declared, so that it can be declared again: exchanges, queues, bindings, each in the order of their declaration. What is deleted
 * here is forgotten. Queues that the broker named get another name, and what speaks of them follows.
 */

import type { FieldTable, MethodInput } from '@warrenmq/codec'

/** A binding of a queue or exchange to an exchange. */
export interface RecordedBinding {
  readonly kind: 'queue' | 'exchange'
  readonly source: string
  readonly destination: string
  readonly routingKey: string
  readonly arguments: FieldTable
}

/** A queue as it was declared. */
export interface RecordedQueue {
  readonly input: MethodInput<'queue.declare'>
  /** Whether the broker chose the name. */
  readonly isServerNamed: boolean
}

export class TopologyRegistry {
  readonly exchanges: Map<string, MethodInput<'exchange.declare'>> = new Map()
  readonly queues: Map<string, RecordedQueue> = new Map()
  readonly bindings: Map<string, RecordedBinding> = new Map()
  /** Names that queues had before, and their names now. */
  readonly #renamed = new Map<string, string>()

  readonly #consumerCounts = new Map<string, number>()

  consumerAdded(queue: string): void {
    const name = this.currentName(queue)
    this.#consumerCounts.set(name, (this.#consumerCounts.get(name) ?? 0) + 1)
  }

  /** An auto-delete queue goes with its last consumer; it is not to come back. */
  consumerRemoved(queue: string): void {
    const name = this.currentName(queue)
    const left = (this.#consumerCounts.get(name) ?? 1) - 1
    if (left > 0) return void this.#consumerCounts.set(name, left)
    this.#consumerCounts.delete(name)
    if (this.queues.get(name)?.input.autoDelete === true) this.removeQueue(name)
  }

  /** The name that a queue has now. */
  currentName(queue: string): string {
    return this.#renamed.get(queue) ?? queue
  }

  addQueue(name: string, input: MethodInput<'queue.declare'>, isServerNamed: boolean): void {
    this.queues.set(name, { input: { ...input, queue: isServerNamed ? '' : name }, isServerNamed })
  }

  removeQueue(name: string): void {
    this.queues.delete(name)
    this.#removeBindings(({ kind, destination }) => kind === 'queue' && destination === name)
    for (const [old, current] of this.#renamed) if (current === name) this.#renamed.delete(old)
  }

  removeExchange(name: string): void {
    this.exchanges.delete(name)
    this.#removeBindings(
      ({ kind, source, destination }) => source === name || (kind === 'exchange' && destination === name),
    )
  }

  addBinding(binding: RecordedBinding): void {
    this.bindings.set(keyOf(binding), binding)
  }

  removeBinding(binding: RecordedBinding): void {
    this.bindings.delete(keyOf(binding))
  }

  /** A queue got another name. */
  renameQueue(from: string, to: string): void {
    const queue = this.queues.get(from)
    if (queue === undefined || from === to) return
    this.queues.delete(from)
    this.queues.set(to, queue)
    for (const [old, current] of this.#renamed) if (current === from) this.#renamed.set(old, to)
    this.#renamed.set(from, to)
    const consumers = this.#consumerCounts.get(from)
    if (consumers !== undefined) this.#consumerCounts.set(to, consumers)
    this.#consumerCounts.delete(from)
    for (const binding of [...this.bindings.values()]) {
      if (binding.kind !== 'queue' || binding.destination !== from) continue
      this.removeBinding(binding)
      this.addBinding({ ...binding, destination: to })
    }
  }

  #removeBindings(isGone: (binding: RecordedBinding) => boolean): void {
    for (const [key, binding] of this.bindings) if (isGone(binding)) this.bindings.delete(key)
  }
}

function keyOf({ kind, source, destination, routingKey, arguments: table }: RecordedBinding): string {
  return JSON.stringify([kind, source, destination, routingKey, table], (_name, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}
