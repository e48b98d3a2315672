/**
 * Takes a random session's steps on one broker and writes down what could be seen.
 *
 * What is left to chance by RabbitMQ is left out, or written so that it does not show: see the README.
 */

import { readDeviations } from '../deviations.ts'
import { Link } from '../link.ts'
import { Normaliser } from '../words.ts'
import { CHANNELS, type Command, type CommandOf, commandInWords, DEAD_LETTER_EXCHANGE, EXCHANGES } from './commands.ts'
import { SessionChannel } from './session-channel.ts'
import type { Patience, Place } from './session-runner.ts'
import { SessionSteps } from './session-steps.ts'
import { ALL_QUEUES, SessionView } from './session-view.ts'

const DEVIATIONS = [...readDeviations().keys()]
/** Without quorum queues: their deviation would hide whether an empty table of headers is kept. */
const CLASSIC_DEVIATIONS = DEVIATIONS.filter((name) => name !== 'delivery-count')

/** Steps that move no message and no consumer. */
const STILL: ReadonlySet<Command['kind']> = new Set([
  'bind',
  'unbind',
  'bind-exchange',
  'unbind-exchange',
  'declare-exchange',
  'declare-queue',
  'delete-exchange',
  'confirm',
])

export class Session {
  readonly #place: Place
  readonly #links: Link[]
  readonly #channels: readonly SessionChannel[]
  /** Whether a binding may bring messages. */
  readonly #hasHistory: boolean
  readonly #view: SessionView
  readonly #steps: SessionSteps

  constructor(place: Place, links: Link[], control: Link, patience: Patience, commands: readonly Command[]) {
    this.#place = place
    this.#links = links
    // The row get-count of docs/deviations.md.
    const expires = expiresAtOnce(commands)
    const left = (count: number) => (expires ? '' : `${count} left `)
    this.#hasHistory = commands.some(
      (command) => command.kind === 'declare-exchange' && command.type === 'x-recent-history',
    )
    const channels = CHANNELS.map((index) => new SessionChannel(index, left))
    const normaliser = new Normaliser(place.vhost, hasQuorumQueue(commands) ? DEVIATIONS : CLASSIC_DEVIATIONS)
    this.#channels = channels
    this.#view = new SessionView({ links, control, channels, normaliser, patience, left })
    this.#steps = new SessionSteps(place, this.#view)
  }

  /** What could be seen, a line each. */
  get lines(): string[] {
    return this.#view.lines
  }

  async step(index: number, command: Command): Promise<void> {
    this.lines.push(`${index} ${commandInWords(command)}`)
    this.#view.step = index
    const channel = this.#channels[command.channel]
    await this.#ensureOpen(channel)
    if (!this.#hasObject(command, channel)) return
    await this.#steps.perform(command, channel)
    const isStill = STILL.has(command.kind) && !(command.kind === 'bind' && this.#hasHistory)
    if (isStill && this.#view.linkOf(channel).isOpen(channel.number)) return this.#view.flush()
    await this.#view.settle(command.kind === 'publish' || command.kind === 'settle')
  }

  /** Closes the channels, so that everything in hand returns, and takes out what the queues hold. */
  async finish(): Promise<void> {
    this.lines.push('end')
    await this.#view.awaitConfirms()
    for (const channel of this.#channels) await this.#steps.closeChannel(channel)
    await this.#view.settle(true)
    await this.#view.drainAll((control, channel) => {
      for (const queue of ALL_QUEUES) control.send(channel, 'queue.delete', { queue })
      for (const exchange of [...EXCHANGES, DEAD_LETTER_EXCHANGE])
        control.send(channel, 'exchange.delete', { exchange })
    })
  }

  clearPolicies(): Promise<void> {
    return this.#steps.clearPolicies()
  }

  async #ensureOpen(channel: SessionChannel): Promise<void> {
    if (this.#view.linkOf(channel).closed !== undefined) {
      this.#links[channel.connection] = await Link.open(this.#place.port, { virtualHost: this.#place.vhost })
      for (const other of this.#channels) if (other.connection === channel.connection) other.reset()
    }
    const link = this.#view.linkOf(channel)
    if (link.isOpen(channel.number)) return
    await link.openChannel(channel.number)
    channel.reset()
  }

  /** Whether a step can be taken: what it is about is there, as mistakes end a channel, and RabbitMQ leaves nothing to chance. */
  #hasObject(command: Command, channel: SessionChannel): boolean {
    switch (command.kind) {
      case 'consume':
        return (
          !channel.consumers.has(command.tag) &&
          this.#view.counts.get(command.queue) !== 'gone' &&
          this.#keepsTurns(command, channel)
        )
      case 'get':
      case 'purge':
      case 'bind':
        return this.#view.counts.get(command.queue) !== 'gone'
      case 'settle':
        return channel.hasHeld && !(command.how === 'nack' && command.multiple && channel.hasMixed)
      case 'recover':
        return !channel.hasMixed
      case 'clear-policy':
        return this.#steps.hasPolicy(command.name)
      case 'tx':
        return command.what === 'select' || channel.isTransactional
      default:
        return true
    }
  }

  /** Whether a consumer with a limit stays alone with its queue: whose turn it is then is the row turn-when-full of docs/deviations.md. */
  #keepsTurns({ queue, noAck }: CommandOf<'consume'>, channel: SessionChannel): boolean {
    const others = this.#channels.flatMap(({ consumers }) =>
      [...consumers.values()].filter((other) => other.queue === queue),
    )
    const isLimited = channel.prefetch > 0 && !noAck
    return others.length === 0 || !(isLimited || others.some((other) => other.isLimited))
  }
}

/** Whether messages expire that may have others before them. */
function expiresAtOnce(commands: readonly Command[]): boolean {
  return commands.some(
    (command) =>
      (command.kind === 'publish' && command.properties.expiration === '0') ||
      (command.kind === 'declare-queue' && command.args['x-message-ttl'] === 0) ||
      (command.kind === 'set-policy' && command.policy.definition['message-ttl'] === 0),
  )
}

function hasQuorumQueue(commands: readonly Command[]): boolean {
  return commands.some((command) => command.kind === 'declare-queue' && command.args['x-queue-type'] === 'quorum')
}
