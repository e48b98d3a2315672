/**
 * Keeps the queues and exchanges of a vhost under the policies that hold for them, new ones and those that are there.
 */

import { isJsonObject, sameJson } from '../parameters/json-value.ts'
import type { Queue } from '../queue/queue.ts'
import { resolveQueueFeatures } from '../queue/queue-features.ts'
import { runInSlices } from '../scheduler/slices.ts'
import type { Exchange } from '../vhost/exchange.ts'
import { type EffectivePolicy, NO_POLICY } from './policy.ts'
import { PolicyTable } from './policy-table.ts'

/** The vhost, as far as its policies act on it. */
export interface PolicyTarget {
  readonly queues: ReadonlyMap<string, Queue>
  readonly exchanges: ReadonlyMap<string, Exchange>
  /** Grows when messages may have to go elsewhere. */
  topologyVersion: number
}

export class VhostPolicies {
  readonly #target: PolicyTarget
  #table = new PolicyTable()
  #update: Promise<void> | undefined
  /** Whether another update is due after the one that runs. */
  #updateDue = false

  constructor(target: PolicyTarget) {
    this.#target = target
  }

  /** Puts a new queue, or one that is there, under the policy that holds for it. */
  assignQueue(queue: Queue): void {
    const type = queue.settings.arguments['x-queue-type']?.value
    const before = queue.policy
    queue.policy = this.#table.forQueue(queue.name, typeof type === 'string' ? type : 'classic')
    if (isSameDefinition(before, queue.policy)) return
    queue.configure(resolveQueueFeatures(queue.settings.arguments, queue.policy.definition))
  }

  /** The same, for an exchange. */
  assignExchange(exchange: Exchange): void {
    const before = exchange.policy
    exchange.policy = this.#table.forExchange(exchange.name)
    if (!isSameDefinition(before, exchange.policy)) this.#target.topologyVersion++
  }

  /**
   * Sets other policies. New queues and exchanges come under them at once; those that are there, at once when they are few, otherwise in
   * slices. Resolves when all are.
   */
  replace(table: PolicyTable): Promise<void> {
    this.#table = table
    this.#updateDue = true
    this.#update ??= this.#run().finally(() => (this.#update = undefined))
    return this.#update
  }

  async #run(): Promise<void> {
    while (this.#updateDue) {
      this.#updateDue = false
      await runInSlices(this.#assignAll())
    }
  }

  *#assignAll(): Generator<void> {
    for (const exchange of this.#target.exchanges.values()) yield this.assignExchange(exchange)
    for (const queue of this.#target.queues.values()) yield this.assignQueue(queue)
  }
}

function isSameDefinition(a: EffectivePolicy, b: EffectivePolicy): boolean {
  if (a === b) return true
  if (a === NO_POLICY || b === NO_POLICY) return false
  return isJsonObject(a.definition) && isJsonObject(b.definition) && sameJson(a.definition, b.definition)
}
