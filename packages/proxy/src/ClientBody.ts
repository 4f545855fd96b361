import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import { HttpError } from "./HttpError.ts"

const tooLarge = (maxBytes: number): HttpError =>
  new HttpError({
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    problem: `The body is larger than ${maxBytes} bytes. Send less, or raise \`proxy.max_body_bytes\`.`
  })

/** Reads a request's body, sent whole or in chunks. */
export const readBody = (request: IncomingMessage, maxBytes: number): Effect.Effect<Buffer, HttpError> => {
  const encoding = request.headers["content-encoding"]
  if (encoding !== undefined && encoding !== "identity") {
    const problem = "Compressed bodies are not read. Send it without `content-encoding`."
    return Effect.fail(
      new HttpError({ status: 415, type: "invalid_request_error", code: "unsupported_encoding", problem })
    )
  }
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Effect.fail(tooLarge(maxBytes))
  return Effect.callback<Buffer, HttpError>((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) {
        request.pause()
        resume(Effect.fail(tooLarge(maxBytes)))
      } else chunks.push(chunk)
    })
    request.on("end", () => resume(Effect.succeed(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))))
    // An upload that breaks off closes the response too, which interrupts the request.
    request.on("error", () => {})
  })
}
