import type { Message } from "@spillway/domain"
import { createHash } from "node:crypto"

/** The key of a conversation in the answer book: SHA-256 over the roles and contents of its messages. */
export const answerKey = (messages: ReadonlyArray<Message>): string =>
  createHash("sha256").update(JSON.stringify(messages.map((m) => [m.role, m.content]))).digest("hex")
