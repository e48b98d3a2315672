/** For the sibling packages only: carries no promise between versions. */

export { equalBytes, readUint16, readUint32 } from './bytes.ts'
export { neededFrameSize, scanFrames } from './frame-parser.ts'
