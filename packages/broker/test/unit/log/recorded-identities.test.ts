import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { HolderJournal } from '../../../src/log/holder-journal.ts'
import { Message } from '../../../src/queue/message.ts'
import { LogWorld } from '../../support/log-world.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'

let world: LogWorld

beforeEach(async () => {
  world = await LogWorld.open({ directory: '/data', memoryBudget: 1024 * 1024, fileSystem: new SimulatedFileSystem() })
})

afterEach(() => world.crash())

it.each([10, 100_000])('records an identity behind its message of %d bytes, never without it', async (size) => {
  const { journal } = world.log
  const identity = vi.spyOn(journal, 'identity')
  // As an exchange does, which knows the message before its queues.
  new HolderJournal(99, journal, false).identity('a', 1)
  world.publish('x'.repeat(size), [world.queue(1)])
  expect(identity).not.toHaveBeenCalled()
  await world.committed()
  expect(identity).toHaveBeenCalledOnce()
})

it('has the confirm of a duplicate wait for the message that it repeats', async () => {
  const { journal } = world.log
  const original = world.publish('x', [world.queue(1)])
  const duplicate = new Message()
  new HolderJournal(99, journal, false).awaitOriginal(duplicate)
  expect(duplicate.batch).toBe(original.batch)
  expect(journal.committed).toBeLessThan(original.batch)
  await world.committed()
  duplicate.batch = 0
  new HolderJournal(99, journal, false).awaitOriginal(duplicate)
  expect(duplicate.batch).toBeLessThanOrEqual(journal.committed)
})
