/** The authentication backend that asks a directory. */

import { type OptionRows, TIMER_MAX } from '../option-row.ts'

/** Whether a directory's certificate is verified: RabbitMQ's words. */
const LDAP_VERIFY = ['verify_none', 'verify_peer'] as const
export type LdapVerify = (typeof LDAP_VERIFY)[number]

export const LDAP_OPTIONS: OptionRows<
  | 'authLdapServers'
  | 'authLdapPort'
  | 'authLdapSsl'
  | 'authLdapStarttls'
  | 'authLdapCaFile'
  | 'authLdapVerify'
  | 'authLdapUserDnPattern'
  | 'authLdapDnLookupAttribute'
  | 'authLdapDnLookupBase'
  | 'authLdapDnLookupBindDn'
  | 'authLdapDnLookupBindPassword'
  | 'authLdapTimeoutMs'
> = {
  authLdapServers: {
    fileKey: 'auth_ldap.servers',
    rule: { kind: 'names', countMin: 1 },
    default: ['localhost'],
    description: 'LDAP servers, in turn until one answers',
  },
  authLdapPort: {
    fileKey: 'auth_ldap.port',
    rule: { kind: 'integer', min: 1, max: 65_535 },
    default: 389,
    description: 'port of the LDAP servers',
  },
  authLdapSsl: {
    fileKey: 'auth_ldap.use_ssl',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether LDAP servers are spoken to by TLS',
  },
  authLdapStarttls: {
    fileKey: 'auth_ldap.use_starttls',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether an LDAP connection is encrypted by StartTLS before anything is said',
  },
  authLdapCaFile: {
    fileKey: 'auth_ldap.ssl_options.cacertfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file of the authorities that LDAP servers are verified against; empty for those of Node',
  },
  authLdapVerify: {
    fileKey: 'auth_ldap.ssl_options.verify',
    rule: { kind: 'choice', choices: LDAP_VERIFY },
    default: 'verify_peer',
    description: 'whether the certificates of LDAP servers are verified',
  },
  authLdapUserDnPattern: {
    fileKey: 'auth_ldap.user_dn_pattern',
    rule: { kind: 'text' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: RabbitMQ's placeholder.
    default: '${username}',
    description: 'DN of a user in the LDAP directory',
  },
  authLdapDnLookupAttribute: {
    fileKey: 'auth_ldap.dn_lookup_attribute',
    rule: { kind: 'text', optional: true },
    default: '',
    description: "attribute that a user's entry is looked for by; empty for no look-up",
  },
  authLdapDnLookupBase: {
    fileKey: 'auth_ldap.dn_lookup_base',
    rule: { kind: 'text', optional: true },
    default: '',
    description: "DN under which a user's entry is looked for",
  },
  authLdapDnLookupBindDn: {
    fileKey: 'auth_ldap.dn_lookup_bind.user_dn',
    rule: { kind: 'text', optional: true },
    default: '',
    description: "DN that looks a user's entry up; empty to do so anonymously",
  },
  authLdapDnLookupBindPassword: {
    fileKey: 'auth_ldap.dn_lookup_bind.password',
    rule: { kind: 'text', secret: true, optional: true },
    default: '',
    description: 'its password',
  },
  authLdapTimeoutMs: {
    fileKey: 'auth_ldap.timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 5000,
    description: 'time an LDAP server has to answer, in milliseconds',
  },
}
