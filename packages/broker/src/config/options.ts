/**
 * The options of a broker as its users give them, and as its code reads them. Defaults and ranges stand in `option-table.ts`.
 */

import type { RatesMode } from '../statistics/rates-mode.ts'
import type { OptionRow } from './option-row.ts'
import { BROKER_OPTIONS } from './option-table.ts'
import { assertOptionValue } from './option-value.ts'
import type { CertificateLogin } from './table/access-options.ts'
import type { HttpMethod } from './table/http-options.ts'
import type { LdapVerify } from './table/ldap-options.ts'

/** Options of a broker. All have defaults; `undefined` stands for the default. */
export interface BrokerOptions {
  /**
   * Address to listen on. `localhost` stands for both loopback addresses, `::` for all addresses, IPv6 and IPv4.
   *
   * @default `localhost` embedded, `::` for the program `warren`
   */
  readonly host?: string
  /** TCP port for AMQP; 0 lets the system choose one. @default 5672 */
  readonly port?: number
  /**
   * Where to listen without TLS: `address:port`, `[::1]:port`, or a port of `host`. `default` stands for `host` and `port`; an empty list
   * listens nowhere without TLS.
   *
   * @default default
   */
  readonly listeners?: readonly string[]
  /** Where to listen with TLS, written likewise; 5671 is the port that clients expect. Needs a certificate and a key. @default none */
  readonly tlsListeners?: readonly string[]
  /** Connections that the system lets wait to be accepted, 1 to 65535. @default 1024 */
  readonly listenBacklog?: number
  /** Whether small packets are sent at once (TCP_NODELAY). @default true */
  readonly tcpNodelay?: boolean
  /** Whether the system probes idle connections (SO_KEEPALIVE). @default false */
  readonly tcpKeepalive?: boolean
  /**
   * Whether every connection begins with a header of the PROXY protocol, version 1 or 2, which tells the client's address. One without is
   * closed. @default false
   */
  readonly proxyProtocol?: boolean
  /** PEM file with the certificate of the TLS listeners, followed by those between it and the root. @default none */
  readonly tlsCertificateFile?: string
  /** PEM file with the key of that certificate. @default none */
  readonly tlsKeyFile?: string
  /** Password of the key, if it is encrypted. @default none */
  readonly tlsKeyPassword?: string
  /** PEM file with the authorities that client certificates are verified against. @default none */
  readonly tlsCaFile?: string
  /** With `verify_peer` clients are asked for a certificate, and one that is not valid is refused. @default verify_none */
  readonly tlsVerify?: 'verify_none' | 'verify_peer'
  /** With `verify_peer`: whether a client without a certificate is refused. @default false */
  readonly tlsFailIfNoPeerCertificate?: boolean
  /** Versions of TLS: `tlsv1.3`, `tlsv1.2`. @default both */
  readonly tlsVersions?: readonly string[]
  /** Ciphers by OpenSSL's names, best first. @default those of Node */
  readonly tlsCiphers?: readonly string[]
  /** Whether the broker's order of ciphers counts and not the client's. @default true */
  readonly tlsHonorCipherOrder?: boolean
  /** Most certificates between that of a client and the root, 0 to 100. @default 10 */
  readonly tlsDepth?: number
  /** Certificates for further names that clients ask for (SNI), each as `NAME=CERTIFICATE-FILE|KEY-FILE`. @default none */
  readonly tlsServerNames?: readonly string[]
  /** Milliseconds between two looks at whether the files of TLS have changed, at least 10. @default 5000 */
  readonly tlsReloadIntervalMs?: number
  /**
   * Heartbeat interval proposed to clients, in seconds, 0 to 65535; what the client answers holds. 0 proposes none.
   *
   * @default 60
   */
  readonly heartbeatSeconds?: number
  /**
   * Largest frame, in bytes, from the type octet to the frame-end octet, at least 4096.
   *
   * Proposed to the client in `connection.tune`, which may lower it. A longer frame closes the connection with 501 FRAME_ERROR.
   *
   * @default 131072
   */
  readonly frameSizeMax?: number
  /**
   * Most channels of one connection, 1 to 65535. Opening more closes the connection with 530 NOT_ALLOWED.
   *
   * @default 2047
   */
  readonly channelMax?: number
  /**
   * Most channels of all connections together. Opening more closes the connection with 530 NOT_ALLOWED. 0 stands for no limit.
   *
   * @default 0
   */
  readonly channelMaxPerNode?: number
  /**
   * Most consumers of one channel. Starting more closes the connection with 530 NOT_ALLOWED. 0 stands for no limit.
   *
   * @default 0
   */
  readonly consumerMaxPerChannel?: number
  /**
   * How long a client may hold a delivery without acknowledging it, in milliseconds; then its channel is closed with
   * 406 PRECONDITION_FAILED. Queues and consumers may set another. It is looked for once a minute, with short timeouts more often.
   * 0 stands for no limit.
   *
   * @default 1800000
   */
  readonly consumerTimeoutMs?: number
  /** Most milliseconds from accepting a connection to `connection.open`. @default 10000 */
  readonly handshakeTimeoutMs?: number
  /** How long a refused login is kept waiting before its connection ends, in milliseconds. @default 3000 */
  readonly loginFailureDelayMs?: number
  /** Most milliseconds that a client has to finish a close handshake. @default 30000 */
  readonly closeTimeoutMs?: number
  /**
   * Largest message body, in bytes, 1 to 536870912. A larger one closes the channel with 406 PRECONDITION_FAILED.
   *
   * @default 134217728
   */
  readonly messageSizeMax?: number
  /**
   * Bytes that a connection's unfinished messages and transactions may take together. More closes it with 506 RESOURCE_ERROR. One message
   * of `messageSizeMax` always may.
   *
   * @default 268435456
   */
  readonly heldBytesMax?: number
  /**
   * Bytes that may wait in this process for a client's socket before deliveries to it stop, at least 65536. At four times as many
   * the client is not read either. One message may exceed it.
   *
   * @default 1048576
   */
  readonly outputBytesHigh?: number
  /** Most connections at a time; more are closed at once. 0 stands for no limit. @default 0 */
  readonly connectionMax?: number
  /**
   * Directory for all that must survive a restart: durable queues and exchanges, persistent messages, users, policies. It is created when it
   * is missing, and one broker at a time may use it. Empty to keep nothing.
   *
   * @default none embedded, `warren-data` for the program `warren`
   */
  readonly dataDirectory?: string
  /**
   * Bytes of memory for messages, beyond which they are on disk only. 0 stands for 1/32 of the memory of the machine or the container, at most
   * 128 MiB. Without `dataDirectory` all messages stay in memory.
   *
   * @default 0
   */
  readonly messageMemoryBytes?: number
  /**
   * Bytes of memory that the machine is taken to have, of which limits and defaults are shares; 0 for what it has, or what its container may
   * use. @default 0
   */
  readonly totalMemoryBytes?: number
  /**
   * Memory from which on connections that publish are blocked, as a share, 0 to 1, of what the machine or the container has. At 0 they
   * always are.
   *
   * @default 0.6
   */
  readonly memoryHighWatermark?: number
  /** The same in bytes; 0 leaves it to the share. @default 0 */
  readonly memoryHighWatermarkBytes?: number
  /** Free bytes of the disk below which connections that publish are blocked. @default 50000000 */
  readonly diskFreeLimitBytes?: number
  /** The same as a multiple, 0 to 1024, of the memory of the machine or the container. The larger of both limits holds. @default 0 */
  readonly diskFreeLimitRelative?: number
  /** Milliseconds between two looks at memory and disk, at least 10. @default 100 */
  readonly resourceCheckIntervalMs?: number
  /** Most connections of one client address at a time; more are closed at once. 0 stands for no limit. @default 0 */
  readonly connectionsPerAddressMax?: number
  /** Most queues of all vhosts together; one more is refused with 406 PRECONDITION_FAILED. -1 stands for no limit. @default -1 */
  readonly queueMax?: number
  /** Most exchanges of all vhosts together, those that a vhost begins with included; as `queueMax`. @default -1 */
  readonly exchangeMax?: number
  /** Most vhosts; -1 stands for no limit. @default -1 */
  readonly vhostMax?: number
  /**
   * Path of a file with definitions in RabbitMQ's JSON, imported before the broker listens. Where it defines users or vhosts, those of
   * `defaultUser` or `vhosts` are not made. Empty for none.
   */
  readonly definitionsFile?: string
  /** The user who may log in. Made when the data directory is empty, or there is none. @default guest */
  readonly defaultUser?: string
  /** That user's password. @default guest */
  readonly defaultPassword?: string
  /** That user's tags. @default administrator */
  readonly defaultUserTags?: readonly string[]
  /** Regular expression on the names that this user may declare and delete in `vhosts`; the empty one matches no name. @default .* */
  readonly defaultPermissionsConfigure?: string
  /** The same for publishing, and for being bound. @default .* */
  readonly defaultPermissionsWrite?: string
  /** The same for consuming, and for being bound from. @default .* */
  readonly defaultPermissionsRead?: string
  /** Users who may log in from this machine only. @default guest */
  readonly loopbackUsers?: readonly string[]
  /** SASL mechanisms offered to clients: PLAIN, AMQPLAIN, EXTERNAL, RABBIT-CR-DEMO. @default PLAIN, AMQPLAIN */
  readonly authMechanisms?: readonly string[]
  /** What decides about logins, in turn: internal, http, oauth2, ldap. The first that lets a user in decides about the user's rights. @default internal */
  readonly authBackends?: readonly string[]
  /** How the HTTP backend is asked: get, post. @default get */
  readonly authHttpMethod?: HttpMethod
  /** URL of the HTTP backend for logins. @default http://localhost:8000/auth/user */
  readonly authHttpUserUrl?: string
  /** URL of the HTTP backend for entering vhosts. @default http://localhost:8000/auth/vhost */
  readonly authHttpVhostUrl?: string
  /** URL of the HTTP backend for rights on queues and exchanges. @default http://localhost:8000/auth/resource */
  readonly authHttpResourceUrl?: string
  /** URL of the HTTP backend for routing keys of topic exchanges. @default http://localhost:8000/auth/topic */
  readonly authHttpTopicUrl?: string
  /** Most milliseconds that the HTTP backend has to answer; then it refuses. @default 5000 */
  readonly authHttpTimeoutMs?: number
  /** Most milliseconds that answers about rights from outside hold, at least 10. @default 15000 */
  readonly authCacheTtlMs?: number
  /** URL of the keys that OAuth 2 tokens are signed with. @default http://localhost:8080/token_keys */
  readonly authOauth2JwksUrl?: string
  /** Audience of OAuth 2 tokens, and prefix of their scopes. @default rabbitmq */
  readonly authOauth2ResourceServerId?: string
  /** Claims of an OAuth 2 token that may name the user; the first that is there counts. @default sub, client_id */
  readonly authOauth2UsernameClaims?: readonly string[]
  /** LDAP servers, in turn until one answers. @default localhost */
  readonly authLdapServers?: readonly string[]
  /** Port of the LDAP servers. @default 389 */
  readonly authLdapPort?: number
  /** Whether LDAP servers are spoken to by TLS from the first byte, as on port 636. @default false */
  readonly authLdapSsl?: boolean
  /** Whether an LDAP connection is encrypted by StartTLS before anything is said. @default false */
  readonly authLdapStarttls?: boolean
  /** PEM file of the authorities that LDAP servers are verified against; empty for those of Node. @default none */
  readonly authLdapCaFile?: string
  /** Whether the certificates of LDAP servers are verified: verify_none, verify_peer. @default verify_peer */
  readonly authLdapVerify?: LdapVerify
  /** DN of a user in the LDAP directory, with ${username} for the name. @default ${username} */
  readonly authLdapUserDnPattern?: string
  /**
   * Attribute that a user's entry is looked for by; it has to equal what `authLdapUserDnPattern` gives. The DN of the entry found is
   * the user's. Empty for no look-up. @default none
   */
  readonly authLdapDnLookupAttribute?: string
  /** DN under which a user's entry is looked for. @default none */
  readonly authLdapDnLookupBase?: string
  /** DN that looks a user's entry up; empty to do so anonymously. @default none */
  readonly authLdapDnLookupBindDn?: string
  /** Its password. @default none */
  readonly authLdapDnLookupBindPassword?: string
  /** Most milliseconds that an LDAP server has to answer. @default 5000 */
  readonly authLdapTimeoutMs?: number
  /** The name in a client's certificate that is the user of the mechanism EXTERNAL. @default distinguished_name */
  readonly certificateLogin?: CertificateLogin
  /** Virtual hosts. Made when the data directory is empty, or there is none. @default / */
  readonly vhosts?: readonly string[]
  /** Name of this broker in the management API and in metrics. @default `warren@` and the name of the machine */
  readonly nodeName?: string
  /** TCP port of the management API; 0 lets the system choose one, -1 is none. @default -1 embedded, 15672 for the program `warren` */
  readonly managementPort?: number
  /** Address that the management API listens on; empty for that of `host`. */
  readonly managementHost?: string
  /** What all paths of the management API begin with, as in `/broker-1`. @default none */
  readonly managementPathPrefix?: string
  /** Origins of web pages that may use the management API, such as `https://example.org`; `*` is any. @default none */
  readonly managementCorsAllowOrigins?: readonly string[]
  /** How long browsers may remember what such a page is allowed, in seconds. @default 1800 */
  readonly managementCorsMaxAgeSeconds?: number
  /** Largest body of a request to the management API, in bytes. A larger one is answered with 413. @default 20000000 */
  readonly managementBodySizeMax?: number
  /** How long a session of the user interface lasts, in minutes, 1 to 525600. @default 480 */
  readonly managementSessionTimeoutMinutes?: number
  /** TCP port of the management API with TLS; 15671 is the one that clients expect, -1 is none. @default -1 */
  readonly managementTlsPort?: number
  /** Address that it listens on; empty for that of `host`. */
  readonly managementTlsHost?: string
  /** PEM file with the certificate of the management API. @default that of the TLS listeners */
  readonly managementTlsCertificateFile?: string
  /** PEM file with the key of that certificate. @default that of the TLS listeners */
  readonly managementTlsKeyFile?: string
  /** Password of that key, if it is encrypted. @default none */
  readonly managementTlsKeyPassword?: string
  /** PEM file with the authorities that client certificates are verified against. @default that of the TLS listeners */
  readonly managementTlsCaFile?: string
  /** With `verify_peer` clients of the management API are asked for a certificate. @default verify_none */
  readonly managementTlsVerify?: 'verify_none' | 'verify_peer'
  /** With `verify_peer`: whether a client without a valid certificate is refused. @default false */
  readonly managementTlsFailIfNoPeerCertificate?: boolean
  /**
   * Time between two samples of all figures, in milliseconds. Samples are kept for ten minutes, and fewer of them for up to a day; with another
   * interval than the default these times stretch with it. None are taken without a management API and without metrics.
   *
   * @default 5000
   */
  readonly collectStatisticsIntervalMs?: number
  /** Which figures of messages are kept: of each object; `detailed` adds those between two objects; or `none`. @default basic */
  readonly managementRatesMode?: RatesMode
  /** TCP port of the metrics for Prometheus; 0 lets the system choose one, -1 is none. @default -1 embedded, 15692 for the program `warren` */
  readonly prometheusPort?: number
  /** Address that the metrics are served on; empty for that of `host`. */
  readonly prometheusHost?: string
  /** Whether `/metrics` tells of each queue, channel and connection, as `/metrics/per-object` does, instead of their sums. @default false */
  readonly prometheusPerObject?: boolean
  /** Most milliseconds that `close` waits for clients to take leave. @default 5000 */
  readonly shutdownTimeoutMs?: number
}

/** Options with every default filled in. */
export type ResolvedBrokerOptions = Readonly<Required<BrokerOptions>>

/**
 * Fills in defaults and checks ranges.
 *
 * @throws ConfigurationError INVALID_VALUE: `frameSizeMax 100 must be an integer from 4096 to 4294967295`.
 */
export function resolveBrokerOptions(options: BrokerOptions = {}): ResolvedBrokerOptions {
  const resolved: Record<string, unknown> = {}
  for (const name of Object.keys(BROKER_OPTIONS) as (keyof BrokerOptions)[]) {
    const row: OptionRow = BROKER_OPTIONS[name]
    const value: unknown = options[name] ?? row.default
    assertOptionValue(row, value, name)
    resolved[name] = typeof value === 'object' ? Object.freeze([...value]) : value
  }
  return Object.freeze(resolved) as unknown as ResolvedBrokerOptions
}
