/**
 * The policies of one vhost, ready to be asked which of them hold for a queue or exchange.
 *
 * Built anew with every change of a policy; queues and exchanges keep what it answered.
 */

import { compilePattern, type SafePattern } from '../pattern/safe-pattern.ts'
import { type ApplyTo, type EffectivePolicy, mergePolicies, NO_POLICY, type Policy } from './policy.ts'
import { suitsQueueType } from './policy-keys.ts'

interface CompiledPolicy {
  readonly policy: Policy
  readonly pattern: SafePattern
}

const TYPE_OF_QUEUES: ReadonlyMap<ApplyTo, string> = new Map([
  ['classic_queues', 'classic'],
  ['quorum_queues', 'quorum'],
  ['streams', 'stream'],
])

export class PolicyTable {
  /** Those to ask first come first. */
  readonly #policies: readonly CompiledPolicy[]
  readonly #operatorPolicies: readonly CompiledPolicy[]
  /** Answers given, so that objects with the same policies share one. */
  readonly #merged = new Map<Policy | undefined, Map<Policy | undefined, EffectivePolicy>>()

  constructor(policies: Iterable<Policy> = [], operatorPolicies: Iterable<Policy> = []) {
    this.#policies = compile(policies)
    this.#operatorPolicies = compile(operatorPolicies)
  }

  /** What holds for a queue of this type: `classic`, `quorum` or `stream`. */
  forQueue(name: string, type: string): EffectivePolicy {
    const holds = ({ policy, pattern }: CompiledPolicy) =>
      appliesToQueues(policy.applyTo, type) && suitsQueueType(policy.definition, type) && pattern.test(name)
    return this.#merge(this.#policies.find(holds)?.policy, this.#operatorPolicies.find(holds)?.policy)
  }

  /** What holds for an exchange. */
  forExchange(name: string): EffectivePolicy {
    const holds = ({ policy, pattern }: CompiledPolicy) =>
      (policy.applyTo === 'exchanges' || policy.applyTo === 'all') && pattern.test(name)
    return this.#merge(this.#policies.find(holds)?.policy, this.#operatorPolicies.find(holds)?.policy)
  }

  #merge(policy: Policy | undefined, operatorPolicy: Policy | undefined): EffectivePolicy {
    if (policy === undefined && operatorPolicy === undefined) return NO_POLICY
    const byOperator = this.#merged.get(policy) ?? new Map<Policy | undefined, EffectivePolicy>()
    const merged = byOperator.get(operatorPolicy) ?? mergePolicies(policy, operatorPolicy)
    this.#merged.set(policy, byOperator.set(operatorPolicy, merged))
    return merged
  }
}

/** Sorts by priority, the highest first. RabbitMQ leaves open which of two equals wins; here the first by name does. */
function compile(policies: Iterable<Policy>): CompiledPolicy[] {
  return [...policies]
    .sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1))
    .map((policy) => ({ policy, pattern: compilePattern(policy.pattern) }))
}

function appliesToQueues(applyTo: ApplyTo, type: string): boolean {
  return applyTo === 'queues' || applyTo === 'all' || TYPE_OF_QUEUES.get(applyTo) === type
}
