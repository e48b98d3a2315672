/** Single messages in queues. */

import { badArgument } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { browse, deleteMessages, STATES, show } from '../messages/inspect.ts'
import { SEARCH_OPTIONS } from '../messages/search.ts'
import { move, redrive } from '../messages/transfer.ts'
import { WARREN_ONLY } from '../warren-only.ts'

const ACTIONS = ['browse', 'show', 'delete', 'move', 'redrive'] as const

export const MESSAGES: Command = {
  name: 'messages',
  summary: 'browses, shows, deletes and moves single messages of a queue, and sends dead letters back',
  arguments: [
    ['<action>', ACTIONS.join(', ')],
    ['<queue>', 'its name'],
    ['[id...]', 'numbers of messages, as browse shows them: for show, delete and move'],
  ],
  choices: ACTIONS,
  options: [
    { flags: '--state <state>', description: `browse, move: ${STATES.join(', ')} (default ready)` },
    ...SEARCH_OPTIONS.map(({ flags, description }) => ({ flags, description: `browse, move: ${description}` })),
    { flags: '--all', description: 'move: any messages' },
    {
      flags: '--count <number>',
      description: 'browse, move, redrive: at most so many (default: browse 100, others all)',
    },
    { flags: '--after <id>', description: 'browse: only messages with a higher number' },
    { flags: '--truncate <bytes>', description: 'browse: so much of each payload (default 200, in JSON 50000)' },
    { flags: '--to <queue>', description: 'move: the queue that gets them as they are' },
    { flags: '--exchange <exchange>', description: 'move: the exchange that they are published to' },
    { flags: '--routing-key <key>', description: 'move: with --exchange, in place of their own' },
    { flags: '--by <death>', description: 'redrive: last or first, which of their deaths counts (default last)' },
    { flags: '--rate <number>', description: 'redrive: at most so many in a second' },
  ],
  details: [
    'browse and show leave messages where they are, and count as no delivery. delete and move also take messages out of the hands of consumers. Messages are moved in batches of up to 1000, each of which is moved as a whole or not at all.',
    WARREN_ONLY,
  ],
  examples: [
    'messages browse orders --state all --count 20',
    "messages browse orders --header customer=rose --search 'out of stock' --formatter json",
    'messages show orders 17',
    'messages delete orders 17 18',
    'messages move orders 17 --to orders.later',
    "messages move orders --search 'out of stock' --exchange events --routing-key order.later",
    'messages redrive orders.dead --count 1000 --rate 100',
  ],
  async run(context, [action, queue, ...ids], options) {
    switch (action) {
      case 'browse':
        return browse(context, queue, options)
      case 'show':
        return show(context, queue, ids)
      case 'delete':
        return deleteMessages(context, queue, ids)
      case 'move':
        return move(context, queue, ids, options)
      case 'redrive':
        return redrive(context, queue, options)
      default:
        throw badArgument(`action '${action}' is none of ${ACTIONS.join(', ')}`)
    }
  },
}
