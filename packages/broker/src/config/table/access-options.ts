/** Who there is at the start, and how clients log in. */

import { SASL_MECHANISMS } from '../../access/sasl.ts'
import type { OptionRows } from '../option-row.ts'

/** What can decide about logins and rights. */
export const AUTH_BACKENDS = ['internal', 'http', 'oauth2', 'ldap'] as const

/** Names in a client's certificate. */
export const CERTIFICATE_LOGINS = ['distinguished_name', 'common_name'] as const
export type CertificateLogin = (typeof CERTIFICATE_LOGINS)[number]

export const ACCESS_OPTIONS: OptionRows<
  | 'definitionsFile'
  | 'defaultUser'
  | 'defaultPassword'
  | 'defaultUserTags'
  | 'defaultPermissionsConfigure'
  | 'defaultPermissionsWrite'
  | 'defaultPermissionsRead'
  | 'loopbackUsers'
  | 'authMechanisms'
  | 'authBackends'
  | 'certificateLogin'
  | 'vhosts'
> = {
  definitionsFile: {
    fileKey: 'load_definitions',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'file with definitions in the JSON of RabbitMQ, imported before the broker listens',
  },
  defaultUser: {
    fileKey: 'default_user',
    rule: { kind: 'text' },
    default: 'guest',
    description: 'the user who may log in; made when nothing is there yet',
  },
  defaultPassword: {
    fileKey: 'default_pass',
    rule: { kind: 'text', secret: true },
    default: 'guest',
    description: 'password of that user; a flag shows in the list of processes',
  },
  defaultUserTags: {
    fileKey: 'default_user_tags',
    rule: { kind: 'names', countMin: 0 },
    default: ['administrator'],
    description: 'tags of that user',
  },
  defaultPermissionsConfigure: {
    fileKey: 'default_permissions.configure',
    rule: { kind: 'text', optional: true },
    default: '.*',
    description: 'pattern of names that this user may declare and delete in the first vhosts',
  },
  defaultPermissionsWrite: {
    fileKey: 'default_permissions.write',
    rule: { kind: 'text', optional: true },
    default: '.*',
    description: 'pattern of names that this user may publish to in the first vhosts',
  },
  defaultPermissionsRead: {
    fileKey: 'default_permissions.read',
    rule: { kind: 'text', optional: true },
    default: '.*',
    description: 'pattern of names that this user may consume from in the first vhosts',
  },
  loopbackUsers: {
    fileKey: 'loopback_users',
    rule: { kind: 'names', countMin: 0 },
    default: ['guest'],
    description: 'users who may log in from this machine only',
  },
  authMechanisms: {
    fileKey: 'auth_mechanisms',
    rule: { kind: 'names', countMin: 1, choices: SASL_MECHANISMS },
    default: ['PLAIN', 'AMQPLAIN'],
    description: 'SASL mechanisms offered to clients',
  },
  authBackends: {
    fileKey: 'auth_backends',
    rule: { kind: 'names', countMin: 1, choices: AUTH_BACKENDS },
    default: ['internal'],
    description: 'what decides about logins, in turn; the one that lets a user in decides about the rights',
  },
  certificateLogin: {
    fileKey: 'ssl_cert_login_from',
    rule: { kind: 'choice', choices: CERTIFICATE_LOGINS },
    default: 'distinguished_name',
    description: 'name in a client certificate that is the user of EXTERNAL',
  },
  vhosts: {
    fileKey: 'default_vhost',
    rule: { kind: 'names', countMin: 1 },
    default: ['/'],
    description: 'virtual hosts; made when nothing is there yet',
  },
}
