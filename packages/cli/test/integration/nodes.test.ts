import { freePorts } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { amqpctl, fail, onEachBroker, succeed } from './support.ts'

onEachBroker((target) => {
  const ctl = (...args: string[]) => succeed(target.httpUrl, args)
  const node = async () => {
    const { lines } = await amqpctl(target.httpUrl, ['is_running'])
    return /on node (.*) is/.exec(lines[1])?.[1] ?? ''
  }

  it('tells how the broker is', async () => {
    const lines = await ctl('status', '--unit', 'mb')
    expect(lines[0]).toBe(`Status of node ${await node()} ...`)
    for (const title of ['Runtime', 'Alarms', 'Memory', 'File Descriptors', 'Free Disk Space', 'Totals', 'Listeners']) {
      expect(lines).toContain(title)
    }
    expect(lines).toContainEqual(expect.stringMatching(/^Total memory used: [\d.]+ mb$/))
    expect(lines).toContain(
      `Interface: 127.0.0.1, port: ${target.port}, protocol: amqp, purpose: AMQP 0-9-1${target.isRabbit ? ' and AMQP 1.0' : ''}`,
    )
    const object = JSON.parse((await ctl('status', '--formatter', 'json')).join(''))
    expect(object).toMatchObject({ rabbitmq_version: '3.10.8', node_name: await node(), is_under_maintenance: false })
    expect(object.totals).toMatchObject({ virtual_host_count: expect.any(Number) })
    await fail(target.httpUrl, ['status', '--unit', 'miles'], 65, "unit 'miles' is none of b, kb, mb, gb, tb")
    await fail(
      target.httpUrl,
      ['status', '-n', 'nosuch@host'],
      69,
      "on node 'nosuch@host': the broker knows no such node",
    )
  })

  it('tells of the cluster', async () => {
    const lines = await ctl('cluster_status')
    expect(lines[0]).toBe(`Cluster status of node ${await node()} ...`)
    for (const title of ['Basics', 'Disk Nodes', 'Running Nodes', 'Versions', 'Network Partitions', 'Feature flags']) {
      expect(lines).toContain(title)
    }
    expect(lines).toContain(`Node: ${await node()}, status: not under maintenance`)
    const object = JSON.parse((await ctl('cluster_status', '--formatter', 'json')).join(''))
    expect(object).toMatchObject({ running_nodes: [await node()], disk_nodes: [await node()], ram_nodes: [] })
  })

  it('names the cluster', async () => {
    const { cluster_name: before } = JSON.parse((await ctl('cluster_status', '--formatter', 'json')).join(''))
    expect(await ctl('set_cluster_name', before)).toEqual([`Setting cluster name to ${before} ...`])
  })

  it('answers that it runs', async () => {
    expect(await ctl('ping')).toEqual([`Will ping ${target.httpUrl}. Timeout: 60000 ms.`, 'Ping succeeded'])
    const running = `RabbitMQ on node ${await node()} is fully booted and running`
    expect(await ctl('check_running')).toEqual([`Checking if RabbitMQ is running on node ${await node()} ...`, running])
    expect(await ctl('is_running')).toEqual([`Asking node ${await node()} for its status ...`, running])
    expect(await ctl('await_startup')).toEqual([])
    expect(await ctl('-q', 'await_online_nodes', '1')).toEqual([])
    expect(await ctl('await_online_nodes', '1')).toHaveLength(1)
    await fail(target.httpUrl, ['await_online_nodes', '9', '-t', '1'], 75, 'has not started within 1 seconds')
    await fail(target.httpUrl, ['await_online_nodes', 'many'], 65, 'many is no number of nodes')
    expect(await ctl('-q', 'server_version')).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)])
    expect(await ctl('version')).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)])
  })

  it('tells what memory is used for', async () => {
    const lines = await ctl('memory_breakdown', '--unit', 'mb')
    expect(lines[0]).toBe(`Reporting memory breakdown on node ${await node()}...`)
    expect(lines[1]).toMatch(/^[a-z_]+: [\d.]+ mb \([\d.]+%\)$/)
  })

  it('lists and enables feature flags', async () => {
    const lines = await ctl('list_feature_flags')
    expect(lines.slice(0, 2)).toEqual(['Listing feature flags ...', 'name\tstate'])
    expect(lines).toContain('quorum_queue\tenabled')
    expect(await ctl('enable_feature_flag', 'all')).toEqual(['Enabling all feature flags ...'])
    expect(await ctl('enable_feature_flag', 'quorum_queue')).toEqual(['Enabling feature flag "quorum_queue" ...'])
    await fail(target.httpUrl, ['enable_feature_flag', 'bogus'], 64, 'This feature flag is not supported by node')
  })

  it('lists where it listens', async () => {
    const lines = await ctl('listeners')
    expect(lines[0]).toBe(`Asking node ${await node()} to report its protocol listeners ...`)
    expect(lines).toContain(
      `Interface: 127.0.0.1, port: ${target.port}, protocol: amqp, purpose: AMQP 0-9-1${target.isRabbit ? ' and AMQP 1.0' : ''}`,
    )
    expect(await ctl('-q', 'check_port_connectivity')).toEqual([
      expect.stringMatching(/^Successfully connected to ports (\d+, )*\d+ on node /),
    ])
  })

  it('passes the checks of a broker that is well', async () => {
    const name = await node()
    expect(await ctl('alarms')).toEqual([
      `Asking node ${name} to report any known resource alarms ...`,
      `Node ${name} reported no alarms, local or clusterwide`,
    ])
    expect(await ctl('-q', 'check_alarms')).toEqual([`Node ${name} reported no alarms, local or clusterwide`])
    expect(await ctl('-q', 'check_local_alarms')).toEqual([`Node ${name} reported no local alarms`])
    expect(await ctl('check_port_listener', `${target.port}`)).toEqual([
      `Asking node ${name} if there's an active listener on port ${target.port} ...`,
      `A listener for port ${target.port} is running on node ${name}.`,
    ])
    expect(await ctl('-q', 'check_protocol_listener', 'amqp')).toEqual([
      `A listener for protocol amqp is running on node ${name}.`,
    ])
    expect(await ctl('-q', 'check_virtual_hosts')).toEqual([`Node ${name} reported all vhosts as running`])
    expect(await ctl('-q', 'check_certificate_expiration', '--within', '2', '--unit', 'months')).toEqual([
      'No certificates are expiring within 2 months.',
    ])
    expect(await ctl('-q', 'check_if_node_is_quorum_critical')).toEqual([
      `Node ${name} seems to be the only one in a single node cluster, the check does not apply`,
    ])
  })

  it('fails a check with 69', async () => {
    await fail(target.httpUrl, ['check_port_listener', '9'], 69, /No listener for port 9 is active .*: \d+/)
    await fail(target.httpUrl, ['check_port_listener', 'abc'], 65, 'Argument must be a positive integer')
    await fail(target.httpUrl, ['check_protocol_listener', 'mqtt'], 69, /No listener for protocol mqtt .*: amqp, /)
    await fail(target.httpUrl, ['check_certificate_expiration', '--unit', 'hours'], 65, 'it takes days, weeks')
  })

  it.runIf(target.isRabbit)('counts logins', async () => {
    const lines = await ctl('-q', 'list_node_auth_attempt_stats')
    expect(lines[0]).toBe('protocol\tauth_attempts\tauth_attempts_failed\tauth_attempts_succeeded')
  })
})

it('tells that no broker is there, and what to do', async () => {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  await fail(url, ['list_queues'], 69, `cannot reach ${url}: connect ECONNREFUSED 127.0.0.1:${port}`)
  await fail(url, ['check_running'], 69, `on node ${url} is not running or has not fully booted yet`)
  await fail(url, ['await_startup', '-t', '1'], 75, 'has not started within 1 seconds')
  expect(await succeed(url, ['is_running'])).toEqual([
    expect.stringContaining(`RabbitMQ on node ${url} is not running or has not fully booted yet`),
  ])
})
