import { expect, it } from 'vitest'
import { fail, onEachBroker, succeed, uniqueName } from './support.ts'

onEachBroker((target) => {
  it('shows queues, connections and channels, once and for as often as it is told', async () => {
    const vhost = uniqueName('vhost')
    await succeed(target.httpUrl, ['add_vhost', vhost])
    await succeed(target.httpUrl, ['-p', vhost, 'declare', 'queue', 'name=q1'])
    const lines = await succeed(target.httpUrl, ['-p', vhost, 'top', '--iterations', '2', '--interval', '1'])
    expect(lines[0]).toMatch(/^http:.*: 1 queues, /)
    expect(lines[2]).toMatch(/^name +messages +ready +unacked +consumers +publish_rate +deliver_rate +ack_rate/)
    expect(lines.filter((line) => line.startsWith('q1 '))).toHaveLength(2)
    for (const what of ['connections', 'channels']) {
      const [head] = await succeed(target.httpUrl, ['-p', vhost, 'top', what, '--iterations', '1'])
      expect(head).toContain(`: 0 ${what}, `)
    }
    await succeed(target.httpUrl, ['delete_vhost', vhost])
  })

  it('refuses what it does not know', async () => {
    await fail(target.httpUrl, ['top', 'exchanges'], 65, "'exchanges' is none of queues, connections, channels")
    await fail(target.httpUrl, ['top', '--sort', 'colour'], 65, "column 'colour' is none of name, messages")
    await fail(target.httpUrl, ['top', '--interval', '0'], 65, 'interval 0 must be between 1 and 3600 seconds')
  })
})
