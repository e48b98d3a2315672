/** For the sibling packages only: carries no promise between versions. */

export { equalBytes, readUint16, readUint32 } from './bytes.ts'
export { FLAGS_OFFSET, PROPERTIES_OFFSET } from './content-header.ts'
export { neededFrameSize, scanFrames } from './frame-parser.ts'
