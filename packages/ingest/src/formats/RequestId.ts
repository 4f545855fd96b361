import type { Request } from "@spillway/domain"
import { hash } from "node:crypto"

/**
 * The identifier of a request whose log gives none: SHA-256 of its task, messages, parameters and time. The same content
 * at the same time is the same request.
 */
export const requestIdOf = (request: Omit<Request, "request_id">): string =>
  `sha256:${hash("sha256", JSON.stringify([request.task, request.messages, request.parameters, request.ts]))}`
