/** The command-line tools of librabbitmq: what they print and the exit codes they end with. */
import { dirname, join } from 'node:path'
import { startProgram, within } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { openSession } from '../src/amqplib.ts'
import { brokerUrl, describeWith } from '../src/suites.ts'

describeWith('amqpTools', (publishPath, target) => {
  /** Starts a tool; options of the connection are added. */
  function start(tool: string, args: readonly string[], input = '') {
    // The long option: amqp-delete-queue takes the short one for `--if-unused`.
    return startProgram(join(dirname(publishPath), tool), [`--url=${brokerUrl(target)}`, ...args], { input })
  }

  /** Runs a tool to its end: its exit code, what it printed, and what it complained about. */
  async function run(tool: string, args: readonly string[], input = '') {
    await using program = start(tool, args, input)
    const exitCode = await within(program.exited, `the end of ${tool}`)
    return { exitCode, lines: program.lines, complaint: program.errorText.trim() }
  }

  it('declares, publishes, gets and deletes', async () => {
    expect(await run('amqp-declare-queue', ['-q', 'tools', '-d'])).toMatchObject({ exitCode: 0, lines: ['tools'] })
    expect(await run('amqp-publish', ['-r', 'tools', '-p', '-b', 'one'])).toMatchObject({ exitCode: 0 })
    expect(await run('amqp-publish', ['-r', 'tools', '-l'], 'two\nthree\n')).toMatchObject({ exitCode: 0 })
    expect(await run('amqp-get', ['-q', 'tools'])).toMatchObject({ exitCode: 0, lines: ['one'] })
    expect(await run('amqp-get', ['-q', 'tools'])).toMatchObject({ exitCode: 0, lines: ['two'] })
    expect(await run('amqp-delete-queue', ['-q', 'tools', '-e'])).toMatchObject({
      exitCode: 1,
      complaint:
        "queue.delete: server channel error 406, message: PRECONDITION_FAILED - queue 'tools' in vhost '/' not empty",
    })
    // Prints how many messages went with the queue.
    expect(await run('amqp-delete-queue', ['-q', 'tools'])).toMatchObject({ exitCode: 0, lines: ['1'] })
    expect(await run('amqp-delete-queue', ['-q', 'tools'])).toMatchObject({ exitCode: 0, lines: ['0'] })
  })

  it('ends amqp-get with exit code 2 when the queue is empty', async () => {
    await run('amqp-declare-queue', ['-q', 'tools-empty', '-d'])
    expect(await run('amqp-get', ['-q', 'tools-empty'])).toMatchObject({ exitCode: 2, lines: [], complaint: '' })
    expect(await run('amqp-delete-queue', ['-q', 'tools-empty', '-e'])).toMatchObject({
      exitCode: 0,
      lines: ['0'],
    })
  })

  it('names the queue of a client that has no name for it', async () => {
    const { exitCode, lines } = await run('amqp-declare-queue', ['-q', ''])
    expect([exitCode, lines]).toEqual([0, [expect.stringMatching(/^amq\.gen-[\w-]{22}$/)]])
    expect(await run('amqp-delete-queue', ['-q', lines[0]])).toMatchObject({ exitCode: 0 })
  })

  it('hands messages to the command of amqp-consume, and acknowledges those that it could take', async () => {
    await run('amqp-declare-queue', ['-q', 'tools-consume', '-d'])
    await run('amqp-publish', ['-r', 'tools-consume', '-l'], 'a\nb\nc\n')
    // Reads the message and ends with 1.
    const failing = ['grep', 'nothing']
    expect(await run('amqp-consume', ['-q', 'tools-consume', '-c', '1', '-p', '1', ...failing])).toMatchObject({
      exitCode: 0,
      lines: [],
    })
    expect(await run('amqp-consume', ['-q', 'tools-consume', '-c', '2', '-p', '1', 'cat'])).toMatchObject({
      exitCode: 0,
      lines: ['a', 'b'],
    })
    expect(await run('amqp-delete-queue', ['-q', 'tools-consume'])).toMatchObject({ lines: ['1'] })
  })

  it('binds a queue of its own for amqp-consume on an exchange', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    await using consumer = start('amqp-consume', ['-e', 'amq.topic', '-r', 'tools.#', '-c', '2', 'cat'])
    // The tool does not say when the queue is bound: a mandatory message comes back until it is.
    let returned = true
    channel.on('return', () => {
      returned = true
    })
    while (returned) {
      returned = false
      channel.publish('amq.topic', 'tools', Buffer.from('first\n'), { mandatory: true })
      await channel.waitForConfirms()
    }
    const published = await run('amqp-publish', ['-e', 'amq.topic', '-r', 'tools.x.y', '-l'], 'second\n')
    expect(published).toMatchObject({ exitCode: 0 })
    expect(await consumer.finish()).toEqual(['first', 'second'])
    expect(consumer.errorText).toMatch(/^Server provided queue name: amq\.gen-[\w-]{22}$/m)
  })

  it('brings type, encoding, delivery mode and headers to another client', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createChannel()
    await channel.assertQueue('tools-properties', { durable: false })
    const options = ['-p', '-C', 'text/plain', '-E', 'identity', '-t', 'answers', '-H', 'color: red', '-H', 'size: 9']
    await run('amqp-publish', ['-r', 'tools-properties', ...options, '-b', 'body'])
    const message = await channel.get('tools-properties', { noAck: true })
    expect(message && { ...message.properties, body: message.content.toString() }).toMatchObject({
      body: 'body',
      contentType: 'text/plain',
      contentEncoding: 'identity',
      deliveryMode: 2,
      replyTo: 'answers',
      headers: { color: 'red', size: '9' },
    })
    await channel.deleteQueue('tools-properties')
  })

  it('is told what is wrong', async () => {
    expect(await run('amqp-get', ['-q', 'nosuch'])).toMatchObject({
      exitCode: 1,
      complaint: "basic.get: server channel error 404, message: NOT_FOUND - no queue 'nosuch' in vhost '/'",
    })
    expect(await run('amqp-publish', ['-e', 'nosuch', '-b', 'x'])).toMatchObject({
      exitCode: 1,
      complaint: "closing channel: server channel error 404, message: NOT_FOUND - no exchange 'nosuch' in vhost '/'",
    })
    const url = `--url=amqp://guest:wrong@127.0.0.1:${target.port}/%2F`
    expect(await run('amqp-get', [url, '-q', 'q'])).toMatchObject({
      exitCode: 1,
      complaint:
        'logging in to AMQP server: server connection error 403, message: ACCESS_REFUSED - Login was refused using ' +
        'authentication mechanism PLAIN. For details see the broker logfile.',
    })
  })
})
