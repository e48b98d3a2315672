/** Who may use a route: RabbitMQ's user tags, and rights to enter the vhost that the path names. */

import type { Caller } from './caller.ts'
import { notAuthorised } from './http-error.ts'

/**
 * Who may use a route.
 *
 * - `anyone`: without a login, too.
 * - `management`: whoever has a tag of management.
 * - `vhost`: whoever may enter the vhost, and administrators.
 * - `vhost-visible`: these, and monitoring users.
 * - `monitoring`, `administrator`: whoever has that tag; administrators are monitoring users.
 * - `policymaker`: whoever has that tag and may enter the vhost, and administrators.
 * - `global-policymaker`: whoever has that tag, and administrators.
 */
export type Access =
  | 'anyone'
  | 'management'
  | 'vhost'
  | 'vhost-visible'
  | 'monitoring'
  | 'policymaker'
  | 'global-policymaker'
  | 'administrator'

type Tags = readonly string[]

export function isAdministrator(tags: Tags): boolean {
  return tags.includes('administrator')
}

export function isMonitor(tags: Tags): boolean {
  return isAdministrator(tags) || tags.includes('monitoring')
}

export function isPolicymaker(tags: Tags): boolean {
  return isAdministrator(tags) || tags.includes('policymaker')
}

export function isManagementUser(tags: Tags): boolean {
  return isMonitor(tags) || isPolicymaker(tags) || tags.includes('management')
}

/**
 * @param vhost The one that the path names, if it is there.
 * @throws HttpError 401
 */
export async function assertMayUse(access: Access, caller: Caller, vhost: string | undefined): Promise<void> {
  const { tags } = caller
  const mayEnter = async () => vhost === undefined || (await caller.mayEnter(vhost))
  switch (access) {
    case 'anyone':
    case 'management':
      return
    case 'vhost':
      if (isAdministrator(tags) || (await mayEnter())) return
      throw notAuthorised('User not authorised to access virtual host')
    case 'vhost-visible':
      if (isMonitor(tags) || (await mayEnter())) return
      throw notAuthorised('User not authorised to access virtual host')
    case 'monitoring':
      if (isMonitor(tags)) return
      throw notAuthorised('Not monitor user')
    case 'policymaker':
      if (isAdministrator(tags) || (isPolicymaker(tags) && (await mayEnter()))) return
      throw notAuthorised('User not authorised to access object')
    case 'global-policymaker':
      if (isPolicymaker(tags)) return
      throw notAuthorised('User not authorised to access object')
    case 'administrator':
      if (isAdministrator(tags)) return
      throw notAuthorised('Not administrator user')
  }
}
