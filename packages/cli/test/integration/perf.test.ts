import { fileURLToPath } from 'node:url'
import { startProgram } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { fail, HOME, onEachBroker, succeed, uniqueName } from './support.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/amqpctl.js', import.meta.url))

onEachBroker((target) => {
  const perf = (...args: string[]) =>
    succeed(target.httpUrl, ['perf', '--uri', `amqp://127.0.0.1:${target.port}`, ...args])

  async function summaryOf(...args: string[]) {
    const lines = await perf('--json', ...args)
    return JSON.parse(lines[lines.length - 1]).summary
  }

  /** Name and messages of all queues of this suite's. */
  async function queues(prefix: string) {
    const rows = await succeed(target.httpUrl, ['-s', 'list_queues', 'name', 'messages', 'durable'])
    return rows.filter((row) => row.startsWith(prefix))
  }

  it('sends, confirms and receives a number of messages', async () => {
    const before = await queues('amqpctl-perf-')
    const counts = ['-x', '2', '-C', '500', '-D', '1000']
    const summary = await summaryOf(...counts, '-c', '50', '-A', '20', '-q', '40', '-f', 'persistent')
    expect(summary).toMatchObject({ sent: 1000, confirmed: 1000, received: 1000, refused: 0, returned: 0 })
    for (const { min, median, p75, p95, p99 } of [summary.latency, summary.confirmLatency]) {
      expect([min, median, p75, p95, p99]).toEqual([min, median, p75, p95, p99].sort((one, other) => one - other))
      expect(min).toBeGreaterThanOrEqual(0)
    }
    expect(await summaryOf('-y', '2', '-C', '300', '-a', '-s', '2000')).toMatchObject({ sent: 300, received: 300 })
    const after = await queues('amqpctl-perf-')
    expect(after.filter((row) => !before.includes(row))).toEqual([])
  })

  it('leaves in a queue what nobody takes, and takes it the next time', async () => {
    const [queue, exchange] = [uniqueName('perf'), uniqueName('perf-x')]
    const where = ['-u', queue, '-e', exchange, '-t', 'topic', '-k', 'a.b']
    const lines = await perf(...where, '-y', '0', '-C', '30', '-c', '5')
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(/^sending rate avg: \d+ msg\/s, 30 messages$/),
      expect.stringMatching(/^confirmed rate avg: \d+ msg\/s, 30 messages$/),
      expect.stringMatching(/^min\/median\/75th\/95th\/99th confirm latency: \d+\/\d+\/\d+\/\d+\/\d+ µs$/),
    ])
    expect(await summaryOf('-u', queue, '-x', '0', '-D', '20')).toMatchObject({ sent: 0, received: 20 })
    expect(await succeed(target.httpUrl, ['purge_queue', queue])).toHaveLength(1)
    const unroutable = await summaryOf('-e', exchange, '-k', 'x', '-y', '0', '-C', '3', '-f', 'mandatory')
    expect(unroutable).toMatchObject({ sent: 3, returned: 3, confirmed: 0 })
    await succeed(target.httpUrl, ['delete_queue', queue])
    await succeed(target.httpUrl, ['delete', 'exchange', `name=${exchange}`])
  })

  it('keeps to a rate, and tells each second', async () => {
    const lines = await perf('-r', '50', '-z', '3')
    const seconds = lines.filter((line) => line.startsWith('time: '))
    expect(seconds.length).toBeGreaterThanOrEqual(1)
    expect(seconds[0]).toMatch(/^time: \d\.\d{3}s, sent: \d+ msg\/s, received: \d+ msg\/s, min\/median\/.+ µs$/)
    const sent = Number(/, (\d+) messages/.exec(lines[lines.length - 2 - 1])?.[1])
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThanOrEqual(151)
  })

  it('ends in order when it is interrupted', async () => {
    await using program = startProgram(
      process.execPath,
      [PROGRAM, 'perf', '--uri', `amqp://127.0.0.1:${target.port}`, '-r', '100', '-c', '10'],
      { environment: { PATH: process.env.PATH, HOME }, folder: HOME },
    )
    await program.line((line) => line.startsWith('time: '))
    program.signal('SIGINT')
    expect(await program.exited).toBe(0)
    expect(program.lines).toContainEqual(expect.stringMatching(/^sending rate avg: /))
    expect(program.errorText).toBe('')
  })

  it('says what is wrong', async () => {
    const uri = `amqp://127.0.0.1:${target.port}`
    const refused = (args: string[], exitCode: number, message: string | RegExp) =>
      fail(target.httpUrl, ['perf', ...args], exitCode, message)
    await refused(['-x', '-1'], 65, '--producers -1; it takes a whole number from 0 to 1000')
    await refused(['-q', '5', '-A', '6'], 65, '--qos 5 is less than --multi-ack-every 6')
    await refused(['-y', '0'], 65, 'without consumers, --queue or --exchange says where messages go')
    await refused(['-f', 'nosuch'], 65, '--flag nosuch; it takes persistent, mandatory')
    await refused(['--uri', 'http://x'], 65, 'must look like amqp://')
    await refused(['--uri', 'amqp://127.0.0.1:1'], 69, 'cannot connect to 127.0.0.1:1')
    await refused(['--uri', uri, '--user', 'nobody', '--password', 'x'], 69, 'ACCESS_REFUSED')
    await refused(
      ['--uri', uri, '-e', uniqueName('x'), '-t', 'nosuch', '-z', '1'],
      69,
      // RabbitMQ calls it invalid when it has met the word before.
      /(unknown|invalid) exchange type 'nosuch'/,
    )
  })
})
