/**
 * Random sessions on both brokers. `npm run differential -- --runs 10000 --seed 1` runs many; WARREN_RANDOM_SESSIONS, _SEED and _PATH say
 * the same to a plain test run, whose sessions are the same each time otherwise: a rare difference should stop whoever looks for one.
 */

import { randomInt } from 'node:crypto'
import { createBroker } from '@warrenmq/broker'
import { type Target, targetPair } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkRandomSessions } from '../src/random/check.ts'

const RUNS = Number(process.env.WARREN_RANDOM_SESSIONS ?? 200)
const SEED = Number(process.env.WARREN_RANDOM_SEED ?? 1)
const PATH = process.env.WARREN_RANDOM_PATH
const SIDE_BY_SIDE = PATH === undefined ? Number(process.env.WARREN_RANDOM_WORKERS ?? 4) : 1
const LIMIT_MS = 60_000 + RUNS * 1000

describe('random sessions', () => {
  const { warren, rabbit } = targetPair(() => createBroker({ port: 0 }))
  const vhosts = Array.from({ length: SIDE_BY_SIDE }, (_, index) => `random-${randomInt(1e9)}-${index}`)
  const each = (action: (target: Target, vhost: string) => Promise<void>) =>
    Promise.all(vhosts.flatMap((vhost) => [warren, rabbit].map((target) => target && action(target, vhost))))

  beforeAll(async () => {
    await each(async ({ admin }, vhost) => {
      await admin.putVhost(vhost)
      await admin.putPermissions('guest', vhost, { configure: '.*', write: '.*', read: '.*' })
    })
  })
  afterAll(async () => {
    await each(({ admin }, vhost) => admin.deleteVhost(vhost))
  })

  it.skipIf(rabbit === undefined)(
    `are the same on both brokers (${RUNS} of seed ${SEED})`,
    async () => {
      if (rabbit === undefined) return
      const places = vhosts.map((vhost) => ({
        warren: { port: warren.port, vhost, admin: warren.admin },
        rabbit: { port: rabbit.port, vhost, admin: rabbit.admin },
      }))
      const start = performance.now()
      const options = { runs: RUNS, seed: SEED, places, ...(PATH !== undefined && { path: PATH }) }
      const { runs, raced, failure } = await checkRandomSessions(options)
      const seconds = (performance.now() - start) / 1000
      console.log(
        `seed ${SEED}: ${runs} sessions in ${seconds.toFixed(0)} s, ${(runs / seconds).toFixed(0)}/s, ${raced} needed a second look`,
      )
      expect(failure, failure).toBeUndefined()
    },
    LIMIT_MS,
  )
})
