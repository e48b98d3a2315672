/** The backends that ask somebody outside, made from the broker's options. */

import type { Clock } from '../../clock.ts'
import type { ResolvedBrokerOptions } from '../../config/options.ts'
import type { Logger } from '../../logging/logger.ts'
import { readCertificates } from '../../net/tls-files.ts'
import type { AccessVersion } from '../access-version.ts'
import type { AuthenticationBackend } from '../authentication-backend.ts'
import { HttpBackend, type HttpBackendOptions } from './http-backend.ts'
import { LdapBackend, type LdapBackendOptions } from './ldap-backend.ts'
import { Oauth2Backend, type Oauth2BackendOptions } from './oauth2-backend.ts'

/** The backend that `authBackends` calls `name`; `undefined` for the internal one, which asks nobody. */
export function createBackend(
  name: string,
  options: ResolvedBrokerOptions,
  clock: Clock,
  accessVersion: AccessVersion,
  logger: Logger,
): AuthenticationBackend | undefined {
  if (name === 'http') return new HttpBackend(httpBackendOptions(options), logger)
  if (name === 'oauth2') return new Oauth2Backend(oauth2BackendOptions(options), clock, accessVersion, logger)
  if (name === 'ldap') return new LdapBackend(ldapBackendOptions(options), logger)
  return undefined
}

function httpBackendOptions(options: ResolvedBrokerOptions): HttpBackendOptions {
  return {
    method: options.authHttpMethod,
    userUrl: options.authHttpUserUrl,
    vhostUrl: options.authHttpVhostUrl,
    resourceUrl: options.authHttpResourceUrl,
    topicUrl: options.authHttpTopicUrl,
    timeoutMs: options.authHttpTimeoutMs,
  }
}

function oauth2BackendOptions(options: ResolvedBrokerOptions): Oauth2BackendOptions {
  return {
    jwksUrl: options.authOauth2JwksUrl,
    resourceServerId: options.authOauth2ResourceServerId,
    usernameClaims: options.authOauth2UsernameClaims,
  }
}

function ldapBackendOptions(options: ResolvedBrokerOptions): LdapBackendOptions {
  const scheme = options.authLdapSsl ? 'ldaps' : 'ldap'
  const { authLdapCaFile, authLdapDnLookupAttribute: attribute } = options
  return {
    urls: options.authLdapServers.map((host) => `${scheme}://${host}:${options.authLdapPort}`),
    userDnPattern: options.authLdapUserDnPattern,
    timeoutMs: options.authLdapTimeoutMs,
    starttls: options.authLdapStarttls && !options.authLdapSsl,
    tls: {
      rejectUnauthorized: options.authLdapVerify === 'verify_peer',
      ...(authLdapCaFile !== '' && { ca: readCertificates('authLdapCaFile', authLdapCaFile) }),
    },
    lookup:
      attribute === ''
        ? undefined
        : {
            attribute,
            base: options.authLdapDnLookupBase,
            bindDn: options.authLdapDnLookupBindDn,
            bindPassword: options.authLdapDnLookupBindPassword,
          },
  }
}
