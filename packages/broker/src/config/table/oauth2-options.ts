/** The authentication backend that takes access tokens. */

import type { OptionRows } from '../option-row.ts'

export const OAUTH2_OPTIONS: OptionRows<
  'authOauth2JwksUrl' | 'authOauth2ResourceServerId' | 'authOauth2UsernameClaims'
> = {
  authOauth2JwksUrl: {
    fileKey: 'auth_oauth2.jwks_url',
    rule: { kind: 'text' },
    default: 'http://localhost:8080/token_keys',
    description: 'URL of the keys that OAuth 2 tokens are signed with',
  },
  authOauth2ResourceServerId: {
    fileKey: 'auth_oauth2.resource_server_id',
    rule: { kind: 'text' },
    default: 'rabbitmq',
    description: 'audience of OAuth 2 tokens, and prefix of their scopes',
  },
  authOauth2UsernameClaims: {
    fileKey: 'auth_oauth2.preferred_username_claims',
    rule: { kind: 'names', countMin: 1 },
    default: ['sub', 'client_id'],
    description: 'claims of an OAuth 2 token that may name the user',
  },
}
