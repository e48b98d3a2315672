/**
 * What is measured: one row per scenario, as arguments of the load generator.
 *
 * Those that stand here use transient messages and queues that are not durable; message bodies are `-s` bytes long.
 */
import { durableScenarios } from './durable-scenarios.mjs'

/**
 * How a scenario runs.
 *
 * - `flow`: publishers and consumers at once, for a given time.
 * - `publish`: no consumers; a given number of messages.
 * - `drain`: consumers only, on a queue that was filled before.
 * - `single`: a measurement of its own, made once.
 * - `start`: a broker inside our own process, without load.
 *
 * @typedef {'flow' | 'publish' | 'drain' | 'single' | 'start'} ScenarioKind
 */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {ScenarioKind} kind
 * @property {string} per What the rate and the CPU time count: a message that came in, or a delivery that went out.
 * @property {string[]} args
 * @property {object} [definitions] What the broker has when it starts, in RabbitMQ's JSON.
 * @property {boolean} [tls] Whether the load comes over TLS.
 * @property {boolean} [latency] Whether the time that messages and confirms take is of interest.
 * @property {import('./measure.mjs').SingleMeasurement} [single] What a scenario of kind `single` does.
 * @property {Topology} [topology] What is declared before a run, and deleted after it. The load generator then declares nothing.
 * @property {number} [cpuGoalUs] Most microseconds of the broker's CPU that we allow ourselves for each.
 */

/**
 * Exchanges, queues and bindings of a scenario that uses features. All are transient.
 *
 * @typedef {object} Topology
 * @property {readonly { queue: string, args?: import('@warrenmq/codec').FieldTable }[]} queues
 * @property {{ exchange: string, type: string }} [exchange]
 * @property {readonly Binding[]} [bindings] Of the exchange.
 */

/**
 * @typedef {object} Binding
 * @property {string} queue
 * @property {string} key
 * @property {import('@warrenmq/codec').FieldTable} [args]
 */

/** @type {readonly Scenario[]} */
export const scenarios = [
  {
    id: 'A',
    title: '1 publisher → 1 queue → 1 consumer, 16 B, no acknowledgements',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16'],
    cpuGoalUs: 0.45,
  },
  {
    id: 'B',
    title: 'the same with 1 KiB',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '1024'],
    cpuGoalUs: 1.3,
  },
  {
    id: 'P',
    title: '1 publisher → 1 queue, 16 B, nobody consumes',
    kind: 'publish',
    per: 'message',
    args: ['-s', '16'],
  },
  {
    id: 'D',
    title: 'a filled queue → 1 consumer, 16 B, no acknowledgements',
    kind: 'drain',
    per: 'delivery',
    args: ['-s', '16'],
  },
  {
    id: 'F',
    title: '1 publisher → amq.fanout → 4 queues → 4 consumers, 256 B, no acknowledgements',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '256', '-e', 'amq.fanout', '-n', '4', '-x', '1', '-y', '4'],
    cpuGoalUs: 0.6,
  },
  {
    id: 'K',
    title: '1 publisher → 1 queue → 50 consumers, 64 B, prefetch 10, each message acknowledged',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '64', '-x', '1', '-y', '50', '-a', '1', '-f', '10'],
    cpuGoalUs: 2.5,
  },
  {
    id: 'T',
    title: '1 publisher → 1 queue → 1 consumer, 256 B, prefetch 1000, every 100 messages acknowledged',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '256', '-a', '100', '-f', '1000'],
  },
  {
    id: 'confirms',
    title: 'as A, with confirms, at most 1000 outstanding, and each message mandatory',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16', '-c', '1000', '-m'],
  },
  withQueue('ttl', 'as A, on a queue with a TTL of a minute', { 'x-message-ttl': 60_000 }),
  withQueue('priority', 'as A, on a queue with 10 priorities, of which the messages use one', { 'x-max-priority': 10 }),
  withQueue('sac', 'as A, on a queue with a single active consumer', { 'x-single-active-consumer': true }),
  {
    ...withQueue(
      'max-length',
      '1 publisher → a queue that drops all but the last 1000 messages, 16 B, nobody consumes',
      {
        'x-max-length': 1000,
      },
    ),
    per: 'message',
    args: ['-s', '16', '-q', 'bench', '-y', '0'],
  },
  {
    id: 'dead-letter',
    title: '1 publisher → a queue with a TTL of 0 → dead letters → 1 queue → 1 consumer, 16 B',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16', '-q', 'bench', '-k', 'bench-dying'],
    topology: {
      queues: [
        { queue: 'bench' },
        {
          queue: 'bench-dying',
          args: { 'x-message-ttl': 0, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'bench' },
        },
      ],
    },
  },
  {
    id: 'topic',
    title: 'as A, over a topic exchange with 10,000 other bindings',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16', '-q', 'bench', '-e', 'bench-topic', '-k', 'load.of.the.benchmark'],
    topology: {
      queues: [{ queue: 'bench' }, { queue: 'bench-other' }],
      exchange: { exchange: 'bench-topic', type: 'topic' },
      bindings: [
        { queue: 'bench', key: 'load.#' },
        ...Array.from({ length: 10_000 }, (_, number) => ({ queue: 'bench-other', key: `other.${number}.*.#` })),
      ],
    },
  },
  {
    id: 'headers',
    title: 'as A, over a headers exchange with 1,000 other bindings',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16', '-q', 'bench', '-e', 'bench-headers'],
    topology: {
      queues: [{ queue: 'bench' }, { queue: 'bench-other' }],
      exchange: { exchange: 'bench-headers', type: 'headers' },
      bindings: [
        { queue: 'bench', key: '' },
        ...Array.from({ length: 1000 }, (_, number) => ({
          queue: 'bench-other',
          key: '',
          args: { 'x-match': 'all', shard: number },
        })),
      ],
    },
  },
  {
    id: 'permissions',
    title: 'as A, over a topic exchange, by a user whose rights on names and routing keys are regular expressions',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16', '-u', 'bench', '-W', 'bench', '-q', 'bench', '-e', 'bench-topic', '-k', 'load.of.the.benchmark'],
    definitions: {
      users: [
        { name: 'guest', password: 'guest', tags: 'administrator' },
        { name: 'bench', password: 'bench', tags: '' },
      ],
      vhosts: [{ name: '/' }],
      permissions: [
        { user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' },
        {
          user: 'bench',
          vhost: '/',
          configure: '^$',
          write: '^(bench(-[a-z]+)?|orders\\.[a-z]+|amq\\.(topic|direct|fanout))$',
          read: '^(bench(-[0-9]+)?|replies\\.[a-z0-9-]+)$',
        },
      ],
      topic_permissions: [
        {
          user: 'bench',
          vhost: '/',
          exchange: 'bench-topic',
          write: '^(load|orders|replies)(\\.[a-z]+)*$',
          read: '^(load|replies)\\.',
        },
      ],
    },
    topology: {
      queues: [{ queue: 'bench' }],
      exchange: { exchange: 'bench-topic', type: 'topic' },
      bindings: [{ queue: 'bench', key: 'load.#' }],
    },
  },
  {
    id: 'tls',
    title: 'as A, over TLS; what a tunnel before the load generator costs is not counted',
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16'],
    tls: true,
  },
  ...durableScenarios,
  {
    id: 'start',
    title: 'from `createBroker` until a client has opened a connection, in one process',
    kind: 'start',
    per: 'start',
    args: [],
  },
]

/**
 * A row like A, on a queue with arguments.
 *
 * @param {string} id
 * @param {string} title
 * @param {import('@warrenmq/codec').FieldTable} args
 * @returns {Scenario}
 */
function withQueue(id, title, args) {
  return {
    id,
    title,
    kind: 'flow',
    per: 'delivery',
    args: ['-s', '16', '-q', 'bench'],
    topology: { queues: [{ queue: 'bench', args }] },
  }
}
