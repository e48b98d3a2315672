/** One program per client goes through the same steps, which have to go as they go on RabbitMQ. */
import type { Foreign } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ClientProgram } from '../src/client-program.ts'
import { CLIENTS, removeCompiled } from '../src/clients.ts'
import { eventsBySteps, STEPS, type StepEvent } from '../src/steps.ts'
import { brokerUrl, onEachTarget } from '../src/suites.ts'

/** Compiling is in it. */
const PROGRAM_LIMIT_MS = 240_000

afterAll(removeCompiled)

onEachTarget((target) => {
  describe.each(CLIENTS)('$name', ({ name, needs, prepare, lacks = [] }) => {
    const path = needs === undefined ? '' : inject('foreign')[needs satisfies keyof Foreign]
    let events: ReadonlyMap<string, readonly StepEvent[]> = new Map()

    beforeAll(async () => {
      if (path === undefined) return
      await using program = new ClientProgram(name, await prepare(path), brokerUrl(target), [name])
      events = await eventsBySteps(program)
    }, PROGRAM_LIMIT_MS)

    for (const step of STEPS.filter(({ name: stepName }) => !lacks.includes(stepName))) {
      it.skipIf(path === undefined)(step.proves, () => {
        expect(events.get(step.name)).toMatchObject(step.events(name))
      })
    }
  })
})
