/** All commands, in the order of the overview. */

import type { CommandGroup } from './command.ts'
import { ADMIN_COMMANDS } from './commands/admin.ts'
import { CLUSTER_COMMANDS } from './commands/cluster.ts'
import { COMPLETION_COMMANDS } from './commands/completion.ts'
import { DECODE_COMMANDS } from './commands/decode.ts'
import { DEFINITION_COMMANDS } from './commands/definitions.ts'
import { HEALTH_COMMANDS } from './commands/health.ts'
import { LIMIT_COMMANDS } from './commands/limits.ts'
import { LISTING_COMMANDS } from './commands/listings.ts'
import { NODE_COMMANDS } from './commands/nodes.ts'
import { OPERATION_COMMANDS } from './commands/operations.ts'
import { PARAMETER_COMMANDS } from './commands/parameters.ts'
import { PERF_COMMANDS } from './commands/perf.ts'
import { PERMISSION_COMMANDS } from './commands/permissions.ts'
import { POLICY_COMMANDS } from './commands/policies.ts'
import { PROFILE_COMMANDS } from './commands/profiles.ts'
import { TOP_COMMANDS } from './commands/top.ts'
import { USER_COMMANDS } from './commands/users.ts'
import { VHOST_COMMANDS } from './commands/vhosts.ts'
import { MESSAGE_COMMANDS } from './commands/watching.ts'

export const COMMAND_GROUPS: readonly CommandGroup[] = [
  NODE_COMMANDS,
  HEALTH_COMMANDS,
  CLUSTER_COMMANDS,
  USER_COMMANDS,
  PERMISSION_COMMANDS,
  VHOST_COMMANDS,
  LIMIT_COMMANDS,
  LISTING_COMMANDS,
  OPERATION_COMMANDS,
  MESSAGE_COMMANDS,
  POLICY_COMMANDS,
  PARAMETER_COMMANDS,
  DEFINITION_COMMANDS,
  ADMIN_COMMANDS,
  TOP_COMMANDS,
  DECODE_COMMANDS,
  PERF_COMMANDS,
  PROFILE_COMMANDS,
  COMPLETION_COMMANDS,
]
