/** Logins decided by OpenLDAP, which the suite starts. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Broker, ConfigurationError, type CreateBrokerOptions, createBroker, type Logger } from '@warrenmq/broker'
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
import { TestAuthority } from './certificates.ts'
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

dn: ou=closed,${SUFFIX}
objectClass: organizationalUnit
ou: closed

dn: cn=Ann Other,ou=closed,${SUFFIX}
objectClass: person
cn: Ann Other
sn: ann
userPassword: pw

dn: cn=Twin,${SUFFIX}
objectClass: person
cn: Twin
sn: twin
userPassword: pw

dn: cn=Other twin,${SUFFIX}
objectClass: person
cn: Other twin
sn: twin
userPassword: pw
`
/** Nobody but this user finds what is closed. */
const SEEKER = `cn=app,${SUFFIX}`

/** A logger that keeps why the directory did not let somebody in. */
function reasonsTo(reasons: string[]): Logger {
  const warn = ({ reason }: { reason?: string }) => void (reason && reasons.push(reason))
  return { debug() {}, info() {}, warn, error() {} }
}

const { slapd } = inject('foreign')

describe.skipIf(slapd === undefined)('a directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warren-ldap-'))
  let authority: TestAuthority
  let directory: Program
  let broker: Broker
  let [port, tlsPort] = [0, 0]

  /** A broker that asks the directory. */
  const startBroker = (options: CreateBrokerOptions = {}) =>
    createBroker({
      port: 0,
      authBackends: ['ldap'],
      authLdapServers: ['127.0.0.1'],
      authLdapPort: port,
      authLdapUserDnPattern: `cn=\${username},${SUFFIX}`,
      loginFailureDelayMs: 10,
      ...options,
    })

  beforeAll(async () => {
    authority = new TestAuthority()
    const server = authority.issue('server', '/CN=directory')
    const configuration = join(folder, 'slapd.conf')
    mkdirSync(join(folder, 'data'))
    writeFileSync(
      configuration,
      `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/pid
TLSCertificateFile ${server.certificate}
TLSCertificateKeyFile ${server.key}
database mdb
maxsize 10485760
suffix "${SUFFIX}"
directory ${folder}/data
access to attrs=userPassword by anonymous auth
access to dn.subtree="ou=closed,${SUFFIX}" by dn.exact="${SEEKER}" read by * none
access to * by * read
`,
    )
    writeFileSync(join(folder, 'entries.ldif'), ENTRIES)
    execFileSync('/usr/sbin/slapadd', ['-f', configuration, '-l', join(folder, 'entries.ldif')])
    ;[port, tlsPort] = await freePorts(2)
    const addresses = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`
    directory = startProgram(slapd as string, ['-h', addresses, '-f', configuration, '-d', '0'])
    broker = await startBroker()
    await eventually(async () => (await logIn(broker, 'app', 'pw')) === 'connection.tune', 'the directory')
  }, 30_000)
  afterAll(async () => {
    await broker?.close()
    await directory?.stop()
    rmSync(folder, { recursive: true })
    authority?.[Symbol.dispose]()
  })

  async function logIn({ port }: Broker, user: string, password: string): Promise<string> {
    await using peer = await rawPeer(port)
    await begin(peer)
    startOk(peer, { user, password })
    return (await peer.nextMethod()).name
  }

  it('lets in whom it knows, with every right', async () => {
    await using peer = await openChannel(broker.port, { user: 'app', password: 'pw' })
    await declareQueue(peer)
  })

  it('lets in a user whose name has a comma', async () => {
    expect(await logIn(broker, 'a,b', 'pw')).toBe('connection.tune')
  })

  it.each([
    ['a wrong password', 'app', 'wrong'],
    ['an empty password', 'app', ''],
    ['an unknown user', 'nobody', 'pw'],
    ['a name that would change the DN', `app,${SUFFIX}`, 'pw'],
    ['a user of the broker', 'guest', 'guest'],
  ])('refuses %s', async (_what, user, password) => {
    expect(await logIn(broker, user, password)).toBe('connection.close')
  })

  it('is not asked about a name that means a way to log in', async () => {
    const reasons: string[] = []
    // biome-ignore lint/suspicious/noTemplateCurlyInString: RabbitMQ's placeholder.
    await using nameOnly = await startBroker({ authLdapUserDnPattern: '${username}', logger: reasonsTo(reasons) })
    for (const name of ['EXTERNAL', 'PLAIN']) expect(await logIn(nameOnly, name, 'pw')).toBe('connection.close')
    expect(reasons).toEqual([])
    expect(await logIn(nameOnly, 'nobody', 'pw')).toBe('connection.close')
    expect(reasons).toHaveLength(1)
  })

  describe.each([
    ['TLS', () => ({ authLdapSsl: true, authLdapPort: tlsPort })],
    ['StartTLS', () => ({ authLdapStarttls: true })],
  ])('by %s', (_way, options) => {
    it('lets in whom it knows', async () => {
      await using encrypted = await startBroker({ ...options(), authLdapCaFile: authority.ca.certificate })
      expect(await logIn(encrypted, 'app', 'pw')).toBe('connection.tune')
      expect(await logIn(encrypted, 'app', 'wrong')).toBe('connection.close')
    })

    it('is told no password when its certificate is nobody knows whose, unless that is wanted', async () => {
      const reasons: string[] = []
      await using strict = await startBroker({ ...options(), logger: reasonsTo(reasons) })
      expect(await logIn(strict, 'app', 'pw')).toBe('connection.close')
      expect(reasons[0]).toMatch(/certificate/)
      await using lenient = await startBroker({ ...options(), authLdapVerify: 'verify_none' })
      expect(await logIn(lenient, 'app', 'pw')).toBe('connection.tune')
    })

    it('is told no password when its certificate is for somebody else', async () => {
      await using elsewhere = await startBroker({
        ...options(),
        authLdapServers: ['127.0.0.2'],
        authLdapCaFile: authority.ca.certificate,
      })
      expect(await logIn(elsewhere, 'app', 'pw')).toBe('connection.close')
    })
  })

  it('whose authorities cannot be read keeps the broker from starting', async () => {
    await expect(startBroker({ authLdapCaFile: join(folder, 'missing') })).rejects.toThrow(ConfigurationError)
  })

  describe('where DNs are looked up', () => {
    const LOOKUP = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: RabbitMQ's placeholder.
      authLdapUserDnPattern: '${username}',
      authLdapDnLookupAttribute: 'sn',
      authLdapDnLookupBase: SUFFIX,
    }

    it('lets in whose entry it finds, by a user who may look', async () => {
      const bind = { authLdapDnLookupBindDn: SEEKER, authLdapDnLookupBindPassword: 'pw' }
      await using seeking = await startBroker({ ...LOOKUP, ...bind })
      expect(await logIn(seeking, 'ann', 'pw')).toBe('connection.tune')
      expect(await logIn(seeking, 'ann', 'wrong')).toBe('connection.close')
      await using wrong = await startBroker({ ...LOOKUP, ...bind, authLdapDnLookupBindPassword: 'wrong' })
      expect(await logIn(wrong, 'ann', 'pw')).toBe('connection.close')
    })

    it('lets in whose entry anybody finds, and no more than one', async () => {
      await using seeking = await startBroker(LOOKUP)
      expect(await logIn(seeking, 'app', 'pw')).toBe('connection.tune')
      for (const user of ['ann', 'twin', 'nobody', '*', 'app)(sn=*']) {
        expect([user, await logIn(seeking, user, 'pw')]).toEqual([user, 'connection.close'])
      }
    })
  })
})
