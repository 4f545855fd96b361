import { BadInput } from "@spillway/domain"
import { Effect } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"
import { HttpError } from "./HttpError.ts"

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Whether an `authorization` header holds one of the proxy's own keys, compared in constant time. */
export type ClientKeys = (authorization: string | undefined) => boolean

/**
 * The keys that clients must show: a comma-separated list in the environment variable that `proxy.api_keys_env` names.
 * Without that field every client is served.
 */
export const makeClientKeys = (
  variable: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  source: string
): Effect.Effect<ClientKeys, BadInput> => {
  if (variable === undefined) return Effect.succeed(() => true)
  const keys = (env[variable] ?? "").split(",").map((key) => key.trim()).filter((key) => key !== "").map(digest)
  if (keys.length === 0) {
    return Effect.fail(
      new BadInput({
        source,
        field: "proxy.api_keys_env",
        problem: `the environment variable ${variable} holds no key`,
        mend: `Set ${variable} to one key or more, apart by commas, or remove the field`
      })
    )
  }
  return Effect.succeed((authorization) => {
    const shown = digest(/^Bearer (.+)$/i.exec(authorization ?? "")?.[1] ?? "")
    // Every key is compared, so that the time taken does not tell which one came close.
    return keys.reduce((known, key) => timingSafeEqual(key, shown) || known, false)
  })
}

/** The reply to a client that shows no key of the proxy's. */
export const unauthorized = new HttpError({
  status: 401,
  type: "invalid_request_error",
  code: "invalid_api_key",
  problem: "Incorrect API key. Send one of this proxy's own keys as `authorization: Bearer <key>`.",
  headers: { "www-authenticate": "Bearer" }
})
