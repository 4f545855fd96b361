export { RequestIds } from "./ProxyContext.ts"
export { DEFAULT_SEGMENT_LIMITS, type SegmentLimits } from "./SegmentLog.ts"
export { type Proxy, serve, type ServeOptions } from "./Serve.ts"
export { type ActiveTable } from "./TableFile.ts"
