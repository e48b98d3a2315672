/** What tests of every package may use. */

export {
  type Administration,
  type DefinitionsDocument,
  type PermissionInput,
  type PolicyInput,
  RabbitAdministration,
  type TopicPermissionInput,
  type UserInput,
} from './administration.ts'
export { type Content, readContent } from './content.ts'
export { describeFrame, describeMethod } from './describe.ts'
export { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
export { describeMissing, type Foreign, findForeign } from './foreign.ts'
export { freePorts } from './free-ports.ts'
export {
  begin,
  logIn,
  MODERN_CLIENT,
  type OpenOptions,
  openChannel,
  openChannelOn,
  openConnection,
  startOk,
} from './open.ts'
export { type Program, type ProgramOptions, startProgram } from './program.ts'
export { type ControlledRabbit, type Rabbit, startRabbit, type ToolRun } from './rabbit.ts'
export { type Frame, RawPeer, type Received, rawPeer } from './raw-peer.ts'
export { storageOptions } from './storage.ts'
export { onEachTarget, onWarren, type StartedBroker, type Target, targetPair } from './targets.ts'
export { eventually, WAIT_LIMIT_MS, within } from './waiting.ts'
export {
  type ManagedWarren,
  QUIET_ENVIRONMENT,
  spawnWarren,
  startManagedWarren,
  startWarren,
  type WarrenProgram,
} from './warren.ts'
