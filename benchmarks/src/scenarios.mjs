/**
 * What is measured: one row per scenario, as arguments of the load generator.
 *
 * All of them use transient messages and queues that are not durable; message bodies are `-s` bytes long.
 */

/**
 * How a scenario runs.
 *
 * - `flow`: publishers and consumers at once, for a given time.
 * - `publish`: no consumers; a given number of messages.
 * - `drain`: consumers only, on a queue that was filled before.
 * - `start`: a broker inside our own process, without load.
 *
 * @typedef {'flow' | 'publish' | 'drain' | 'start'} ScenarioKind
 */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {ScenarioKind} kind
 * @property {string} per What the rate and the CPU time count: a message that came in, or a delivery that went out.
 * @property {string[]} args
 * @property {number} [cpuGoalUs] Most microseconds of the broker's CPU that we allow ourselves for each.
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
    id: 'start',
    title: 'from `createBroker` until a client has opened a connection, in one process',
    kind: 'start',
    per: 'start',
    args: [],
  },
]
