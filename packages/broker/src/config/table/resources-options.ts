/** Memory, disk, and what the whole broker has room for. */

import { type OptionRows, TIMER_MAX } from '../option-row.ts'

export const RESOURCE_OPTIONS: OptionRows<
  | 'dataDirectory'
  | 'messageMemoryBytes'
  | 'totalMemoryBytes'
  | 'memoryHighWatermark'
  | 'memoryHighWatermarkBytes'
  | 'diskFreeLimitBytes'
  | 'diskFreeLimitRelative'
  | 'resourceCheckIntervalMs'
  | 'queueMax'
  | 'exchangeMax'
  | 'vhostMax'
> = {
  dataDirectory: {
    fileKey: 'data_dir',
    rule: { kind: 'text', optional: true },
    default: '',
    programDefault: 'warren-data',
    description:
      'directory for all that must survive a restart, which one broker at a time may use; empty to keep nothing',
  },
  messageMemoryBytes: {
    fileKey: 'message_memory',
    rule: { kind: 'bytes', min: 0 },
    default: 0,
    description:
      'bytes of memory for messages, beyond which they are on disk only; 0 for 1/32 of the memory, at most 128 MiB',
  },
  totalMemoryBytes: {
    fileKey: 'total_memory_available_override_value',
    rule: { kind: 'bytes', min: 0 },
    default: 0,
    description: 'bytes of memory that the machine is taken to have; 0 for what it has, or what its container may use',
  },
  memoryHighWatermark: {
    fileKey: 'vm_memory_high_watermark.relative',
    rule: { kind: 'ratio', min: 0, max: 1 },
    default: 0.6,
    description: 'share of the memory of the machine or container from which publishers are blocked',
  },
  memoryHighWatermarkBytes: {
    fileKey: 'vm_memory_high_watermark.absolute',
    rule: { kind: 'bytes', min: 0 },
    default: 0,
    description: 'bytes of memory from which publishers are blocked, instead of a share; 0 leaves it to the share',
  },
  diskFreeLimitBytes: {
    fileKey: 'disk_free_limit.absolute',
    rule: { kind: 'bytes', min: 0 },
    default: 50_000_000,
    description: 'bytes of free disk below which publishers are blocked',
  },
  diskFreeLimitRelative: {
    fileKey: 'disk_free_limit.relative',
    rule: { kind: 'ratio', min: 0, max: 1024 },
    default: 0,
    description: 'the same as a multiple of the memory; the larger of both limits holds',
  },
  resourceCheckIntervalMs: {
    fileKey: 'memory_monitor_interval',
    rule: { kind: 'integer', min: 10, max: TIMER_MAX },
    default: 100,
    description: 'time between two looks at memory and disk, in milliseconds',
  },
  queueMax: {
    fileKey: 'cluster_queue_limit',
    rule: { kind: 'integer', min: -1 },
    default: -1,
    description: 'most queues of all vhosts together; -1 is no limit',
  },
  exchangeMax: {
    fileKey: 'cluster_exchange_limit',
    rule: { kind: 'integer', min: -1 },
    default: -1,
    description: 'most exchanges of all vhosts together; -1 is no limit',
  },
  vhostMax: {
    fileKey: 'vhost_max',
    rule: { kind: 'integer', min: -1 },
    default: -1,
    description: 'most virtual hosts; -1 is no limit',
  },
}
