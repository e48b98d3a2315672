/**
 * Scenarios in which something survives a restart, and long backlogs.
 *
 * Queues are durable and classic, messages persistent, publishers wait for confirms with at most `-c` of them outstanding.
 */
import { measureBacklog } from './single/backlog.mjs'
import { measureDeclares } from './single/declares.mjs'
import { measureFanOut } from './single/fan-out.mjs'
import { measureRestart } from './single/restart.mjs'

/** @typedef {import('./scenarios.mjs').Scenario} Scenario */

/** @type {readonly Scenario[]} */
export const durableScenarios = [
  {
    id: 'C',
    title: 'persistent: 1 publisher → 1 queue → 1 consumer, 1 KiB, 1000 unconfirmed, prefetch 1000, acks of 100',
    kind: 'flow',
    per: 'delivery',
    args: ['-D', '-d', '-c', '1000', '-a', '100', '-f', '1000', '-s', '1024'],
    cpuGoalUs: 2.5,
  },
  {
    id: 'G',
    title: 'persistent: 8 publishers → 8 queues → 8 consumers, 256 B, 200 unconfirmed, prefetch 200, acks of 20',
    kind: 'flow',
    per: 'delivery',
    args: ['-x', '8', '-y', '8', '-n', '8', '-D', '-d', '-c', '200', '-a', '20', '-f', '200', '-s', '256'],
    cpuGoalUs: 1.2,
  },
  {
    id: 'E',
    title: 'persistent: 2000 messages a second, 1 KiB, 100 unconfirmed, prefetch 100, each acknowledged: latency',
    kind: 'flow',
    per: 'delivery',
    args: ['-D', '-d', '-c', '100', '-a', '1', '-f', '100', '-s', '1024', '-r', '2000'],
    latency: true,
  },
  {
    id: 'fan-out',
    title: 'persistent: 1 publisher → amq.fanout → 16 queues, 20,000 of 1 KiB, nobody consumes: bytes written',
    kind: 'single',
    per: '',
    args: ['-D', '-d', '-c', '1000', '-s', '1024', '-e', 'amq.fanout', '-n', '16', '-y', '0'],
    single: measureFanOut,
  },
  {
    id: 'backlog',
    title: 'transient: as P and then D, with 5 million messages or --backlog; RabbitMQ with at most 1 million',
    kind: 'single',
    per: '',
    args: ['-s', '16'],
    single: measureBacklog,
  },
  {
    id: 'backlog-d',
    title: 'persistent: the same, 1000 unconfirmed',
    kind: 'single',
    per: '',
    args: ['-s', '16', '-D', '-d', '-c', '1000'],
    single: measureBacklog,
  },
  {
    id: 'declare',
    title: '10,000 durable queues declared by one connection, kill -9, restart; then 10,000 more without waiting',
    kind: 'single',
    per: '',
    args: [],
    single: measureDeclares,
  },
  {
    id: 'restart',
    title: 'persistent: 1 queue of 1 million messages of 1 KiB, kill -9, restart until the queue tells its length',
    kind: 'single',
    per: '',
    args: ['-s', '1024', '-D', '-d', '-c', '1000'],
    single: measureRestart,
  },
]
