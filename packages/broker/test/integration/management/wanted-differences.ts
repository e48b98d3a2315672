/** Where the shape of our answers differs from RabbitMQ 3.10.8's on purpose. Docs/deviations.md says the same in words. */

import type { WantedDifference } from './shape.ts'

export const WANTED_DIFFERENCES: readonly WantedDifference[] = [
  {
    request: /\/vhosts/,
    field: /^(\[\]\.)?cluster_state\./,
    why: 'Its keys are names of nodes.',
  },
  {
    request: /^GET \/vhosts/,
    field:
      /^(\[\]\.)?(messages(_ready|_unacknowledged)?(_details)?|message_stats|send_oct(_details)?|recv_oct(_details)?)(\.|$)/,
    why: 'Statistics come next.',
  },
]
