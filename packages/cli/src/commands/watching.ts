/** Looking at messages: in queues, on their way, and at where they would go. */

import type { CommandGroup } from '../command.ts'
import { EVENTS } from './events.ts'
import { MESSAGES } from './messages.ts'
import { ROUTE } from './route.ts'
import { TAP } from './tap.ts'

export const MESSAGE_COMMANDS: CommandGroup = {
  title: 'Messages and events (WarrenMQ only)',
  commands: [MESSAGES, ROUTE, TAP, EVENTS],
}
