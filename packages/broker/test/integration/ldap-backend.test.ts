/** Logins decided by OpenLDAP, which the suite starts. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Broker, createBroker } from '@warrenmq/broker'
import {
  begin,
  eventually,
  freePorts,
  openChannel,
  type Program,
  rawPeer,
  startOk,
  startProgram,
} from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { declareQueue } from './support.ts'

const SUFFIX = 'dc=example,dc=org'
const ENTRIES = `dn: ${SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=app,${SUFFIX}
objectClass: person
cn: app
sn: app
userPassword: pw

dn: cn=a\\2Cb,${SUFFIX}
objectClass: person
cn: a,b
sn: b
userPassword: pw
`

const { slapd } = inject('foreign')

describe.skipIf(slapd === undefined)('a directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warren-ldap-'))
  let directory: Program
  let broker: Broker

  beforeAll(async () => {
    const configuration = join(folder, 'slapd.conf')
    mkdirSync(join(folder, 'data'))
    writeFileSync(
      configuration,
      `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/pid
database mdb
maxsize 10485760
suffix "${SUFFIX}"
directory ${folder}/data
`,
    )
    writeFileSync(join(folder, 'entries.ldif'), ENTRIES)
    execFileSync('/usr/sbin/slapadd', ['-f', configuration, '-l', join(folder, 'entries.ldif')])
    const [port] = await freePorts(1)
    directory = startProgram(slapd as string, ['-h', `ldap://127.0.0.1:${port}`, '-f', configuration, '-d', '0'])
    broker = await createBroker({
      port: 0,
      authBackends: ['ldap'],
      authLdapServers: ['127.0.0.1'],
      authLdapPort: port,
      authLdapUserDnPattern: `cn=\${username},${SUFFIX}`,
    })
    await eventually(async () => (await logIn('app', 'pw')) === 'connection.tune', 'the directory')
  }, 30_000)
  afterAll(async () => {
    await broker?.close()
    await directory?.stop()
    rmSync(folder, { recursive: true })
  })

  async function logIn(user: string, password: string): Promise<string> {
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    startOk(peer, { user, password })
    return (await peer.nextMethod()).name
  }

  it('lets in whom it knows, with every right', async () => {
    await using peer = await openChannel(broker.port, { user: 'app', password: 'pw' })
    await declareQueue(peer)
  })

  it('lets in a user whose name has a comma', async () => {
    expect(await logIn('a,b', 'pw')).toBe('connection.tune')
  })

  it.each([
    ['a wrong password', 'app', 'wrong'],
    ['an empty password', 'app', ''],
    ['an unknown user', 'nobody', 'pw'],
    ['a name that would change the DN', `app,${SUFFIX}`, 'pw'],
    ['a user of the broker', 'guest', 'guest'],
  ])('refuses %s', async (_what, user, password) => {
    expect(await logIn(user, password)).toBe('connection.close')
  })
})
