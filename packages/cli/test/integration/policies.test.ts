import { expect, it } from 'vitest'
import { fail, onEachBroker, succeed, uniqueName } from './support.ts'

const COLUMNS = 'vhost\tname\tpattern\tapply-to\tdefinition\tpriority'

onEachBroker((target) => {
  it.each([
    {
      kind: 'policy',
      setter: 'set_policy',
      clearer: 'clear_policy',
      list: 'list_policies',
      set: 'policy',
      listing: 'policies',
      clear: 'policy',
    },
    {
      kind: 'operator_policy',
      setter: 'set_operator_policy',
      clearer: 'clear_operator_policy',
      list: 'list_operator_policies',
      set: 'operator policy override',
      listing: 'operator policy overrides',
      clear: 'operator policy',
    },
  ])('sets, lists and clears a $kind', async ({ setter, clearer, list, set, listing, clear }) => {
    const vhost = uniqueName('vhost')
    const ctl = (...args: string[]) => succeed(target.httpUrl, ['-p', vhost, ...args])
    await ctl('add_vhost', vhost)
    const definition = '{"max-length":5}'
    expect(await ctl(setter, '--priority', '2', '--apply-to', 'queues', 'p1', '^x', definition)).toEqual([
      `Setting ${set} "p1" for pattern "^x" to "${definition}" with priority "2" for vhost "${vhost}" ...`,
    ])
    expect(await ctl(list)).toEqual([
      `Listing ${listing} for vhost "${vhost}" ...`,
      COLUMNS,
      `${vhost}\tp1\t^x\tqueues\t${definition}\t2`,
    ])
    expect(await ctl(clearer, 'p1')).toEqual([`Clearing ${clear} "p1" on vhost "${vhost}" ...`])
    const refused = (args: string[], exitCode: number, message: string | RegExp) =>
      fail(target.httpUrl, ['-p', vhost, ...args], exitCode, message)
    await refused([clearer, 'p1'], 69, 'Parameter does not exist')
    await refused([setter, 'p', '(', definition], 69, 'pattern should be regular expression but is invalid')
    await refused([setter, 'p', 'x', '{"max-length":-5}'], 69, '-5 is not a valid maximum length')
    await refused([setter, 'p', 'x', '{'], 69, 'JSON decoding error')
    await refused([setter, 'p', 'x', definition, '--priority', 'high'], 64, '--priority : high')
    await refused([setter, 'p', 'x', definition, '-p', 'nosuch'], 65, "Virtual host 'nosuch' does not exist")
    await refused([list, '-p', 'nosuch'], 65, "Virtual host 'nosuch' does not exist")
    await ctl('delete_vhost', vhost)
  })

  it('shows the text that tells what is wrong with a policy as it was meant', async () => {
    await fail(target.httpUrl, ['set_policy', 'p', 'x', '{"bogus":5}'], 69, /\[\{<<"bogus">>,5}\] are not recognised/)
  })

  it('refuses parameters of components that do not exist', async () => {
    await fail(target.httpUrl, ['set_parameter', 'bogus', 'x', '{}'], 69, 'component bogus not found')
    await fail(target.httpUrl, ['set_parameter', 'bogus', 'x', '{'], 69, 'JSON decoding error')
    await fail(target.httpUrl, ['clear_parameter', 'bogus', 'x'], 69, 'Parameter does not exist')
  })

  it('lists the parameters of a vhost, among them limits and operator policies', async () => {
    const vhost = uniqueName('vhost')
    await succeed(target.httpUrl, ['add_vhost', vhost])
    await succeed(target.httpUrl, ['set_vhost_limits', '-p', vhost, '{"max-queues":5}'])
    expect(await succeed(target.httpUrl, ['list_parameters', '-p', vhost])).toEqual([
      `Listing runtime parameters for vhost "${vhost}" ...`,
      'component\tname\tvalue',
      'vhost-limits\tlimits\t{"max-queues":5}',
    ])
    await succeed(target.httpUrl, ['delete_vhost', vhost])
    await fail(target.httpUrl, ['list_parameters', '-p', vhost], 65, 'does not exist')
  })

  it('sets, lists and clears parameters of the whole broker', async () => {
    const name = uniqueName('parameter')
    expect(await succeed(target.httpUrl, ['set_global_parameter', name, '{"a":[1,2]}'])).toEqual([
      `Setting global runtime parameter "${name}" to "{"a":[1,2]}" ...`,
    ])
    const lines = await succeed(target.httpUrl, ['list_global_parameters'])
    expect(lines.slice(0, 2)).toEqual(['Listing global runtime parameters ...', 'name\tvalue'])
    expect(lines).toContain(`${name}\t{"a":[1,2]}`)
    expect(await succeed(target.httpUrl, ['clear_global_parameter', name])).toEqual([
      `Clearing global runtime parameter "${name}" ...`,
    ])
    await fail(target.httpUrl, ['clear_global_parameter', name], 69, 'Parameter does not exist')
  })
})
