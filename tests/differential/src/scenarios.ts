/**
 * Scenarios as tests: each runs on both brokers, and the transcripts have to be equal, or to differ where a row of docs/deviations.md
 * says so.
 */

import { randomInt } from 'node:crypto'
import { type CreateBrokerOptions, createBroker } from '@warrenmq/broker'
import { storageOptions, targetPair } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDeviations } from './deviations.ts'
import { firstDifference } from './difference.ts'
import { Run, type Step } from './run.ts'

/** A name and the steps. */
export interface Scenario {
  readonly name: string
  readonly steps: readonly Step[]
  /** Name of the row of docs/deviations.md that it shows. */
  readonly deviation?: string
}

const EVERYTHING = { configure: '.*', write: '.*', read: '.*' }
/** Begins a note of what a step waited for in vain: then a scenario does not show what it says, whatever else it shows. */
const FAULT = '! '
/** Time for two looks, in milliseconds. */
const LIMIT_MS = 90_000

/** A scenario in which both brokers do the same. */
export function same(name: string, ...steps: readonly Step[]): Scenario {
  return { name, steps }
}

/** A scenario that shows a deviation. */
export function differs(name: string, deviation: string, ...steps: readonly Step[]): Scenario {
  return { name, steps, deviation }
}

/** Defines a test for each scenario, in a vhost of this section. Without RabbitMQ they are left out. */
export function section(title: string, scenarios: readonly Scenario[], options: CreateBrokerOptions = {}): void {
  describe(title, () => {
    const { warren, rabbit } = targetPair(() => createBroker({ port: 0, ...storageOptions(), ...options }))
    const vhost = `section-${randomInt(1e9)}`
    const deviations = readDeviations()

    beforeAll(async () => {
      for (const target of [warren, rabbit]) {
        await target?.admin.putVhost(vhost)
        await target?.admin.putPermissions('guest', vhost, EVERYTHING)
      }
    })
    afterAll(async () => {
      for (const target of [warren, rabbit]) await target?.admin.deleteVhost(vhost)
    })

    it.each(scenarios)(
      '$name',
      async ({ steps, deviation }) => {
        if (rabbit === undefined) return
        const accepted = [...deviations.keys()].filter((name) => name !== deviation)
        const perform = () =>
          Promise.all([
            new Run(rabbit, vhost, accepted).perform(steps),
            new Run(warren, vhost, accepted).perform(steps),
          ])
        let [theirs, ours] = await perform()
        // RabbitMQ is late now and then, as with a quorum queue that has expired. What it does not do at all, it does not do twice.
        if (faultsOf(theirs).length > 0) [theirs, ours] = await perform()
        expect(faultsOf(theirs), 'the scenario does not work on RabbitMQ').toEqual([])
        const difference = firstDifference(theirs, ours)
        if (deviation === undefined) return expect(difference, difference).toBeUndefined()
        expect(faultsOf(ours), 'the scenario does not work on WarrenMQ').toEqual([])
        expect([...deviations.keys()], 'docs/deviations.md').toContain(deviation)
        expect(difference, `${deviation} shows no difference any more`).toBeDefined()
      },
      LIMIT_MS,
    )
  })
}

function faultsOf(transcript: readonly string[]): string[] {
  return transcript.filter((line) => line.startsWith(FAULT))
}
