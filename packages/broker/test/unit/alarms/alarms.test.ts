import { describe, expect, it, vi } from 'vitest'
import { Alarms } from '../../../src/alarms/alarms.ts'
import { BlockedConnections } from '../../../src/alarms/blocked-connections.ts'
import { Turn } from '../../../src/scheduler/turn.ts'

describe('Alarms', () => {
  it('are raised until every source has cleared them', () => {
    const alarms = new Alarms(() => {})
    alarms.raise('disk', 'store')
    alarms.raise('disk', 'monitor')
    alarms.clear('disk', 'monitor')
    expect(alarms.isRaised('disk')).toBe(true)
    alarms.clear('disk', 'operator')
    expect(alarms.active).toBe(true)
    alarms.clear('disk', 'store')
    expect([alarms.active, alarms.isRaised('disk')]).toEqual([false, false])
  })

  it("are told in RabbitMQ's words", () => {
    const alarms = new Alarms(() => {})
    alarms.raise('disk')
    expect(alarms.reason).toBe('low on disk')
    alarms.raise('memory')
    expect(alarms.reason).toBe('low on disk & memory')
    alarms.clear('disk')
    expect(alarms.reason).toBe('low on memory')
  })

  it('tell of changes only', () => {
    const listener = vi.fn()
    const alarms = new Alarms(listener)
    alarms.raise('memory')
    alarms.raise('memory')
    alarms.raise('memory', 'monitor')
    alarms.clear('disk')
    expect(listener).toHaveBeenCalledTimes(1)
  })
})

describe('BlockedConnections', () => {
  it('are let go a few in a turn, and kept when an alarm is raised meanwhile', () => {
    const turn = new Turn(() => {})
    const alarms = { active: false }
    const blocked = new BlockedConnections(alarms, turn)
    let count = 0
    for (let i = 0; i < 20; i++) {
      blocked.add({
        unblock() {
          count++
          alarms.active = count === 10
        },
      })
    }
    blocked.alarmsChanged()
    turn.run()
    expect(count).toBe(8)
    turn.run()
    expect(count).toBe(10)
    turn.run()
    expect(count).toBe(10)
    alarms.active = false
    blocked.alarmsChanged()
    turn.run()
    turn.run()
    expect(count).toBe(20)
  })
})
