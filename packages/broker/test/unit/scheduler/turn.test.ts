import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Turn, TurnPhase, type TurnTask } from '../../../src/scheduler/turn.ts'

function task(runTurn: () => void): TurnTask {
  return { scheduled: false, runTurn }
}

describe('Turn', () => {
  it('runs the phases in order, each task once, at the end of the turn of the event loop', async () => {
    const log: string[] = []
    const turn = new Turn(() => {})
    const deliver = task(() => log.push('deliver'))
    const write = task(() => log.push('write'))
    turn.add(TurnPhase.write, write)
    turn.add(TurnPhase.deliver, deliver)
    turn.add(TurnPhase.deliver, deliver)
    expect(log).toEqual([])
    await setImmediate()
    expect(log).toEqual(['deliver', 'write'])
    await setImmediate()
    expect(log).toHaveLength(2)
  })

  it('lets a task ask for a later phase of the same turn, and for an earlier one of the next', async () => {
    const log: string[] = []
    const turn = new Turn(() => {})
    const again = task(() => log.push('again'))
    const write = task(() => {
      log.push('write')
      if (!log.includes('again')) turn.add(TurnPhase.deliver, again)
    })
    turn.add(
      TurnPhase.deliver,
      task(() => turn.add(TurnPhase.write, write)),
    )
    turn.run()
    expect(log).toEqual(['write'])
    await setImmediate()
    expect(log).toEqual(['write', 'again'])
  })

  it('reports what a task throws and goes on', () => {
    const errors: unknown[] = []
    const log: string[] = []
    const turn = new Turn((error) => errors.push(error))
    turn.add(
      TurnPhase.deliver,
      task(() => {
        throw new Error('bug')
      }),
    )
    turn.add(
      TurnPhase.deliver,
      task(() => log.push('next')),
    )
    turn.run()
    expect(errors).toEqual([new Error('bug')])
    expect(log).toEqual(['next'])
  })
})
