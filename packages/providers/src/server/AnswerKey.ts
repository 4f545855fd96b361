import type { Message } from "@spillway/domain"
import { createHash } from "node:crypto"

/**
 * SHA-256 (hex) of the `[{role, content}, ...]` of a conversation as JSON: the key of answer books and of recorded
 * answers. Other fields of messages do not count.
 */
export const answerKey = (messages: ReadonlyArray<Pick<Message, "role" | "content">>): string =>
  createHash("sha256")
    .update(JSON.stringify(messages.map(({ content, role }) => ({ role, content: content ?? null }))))
    .digest("hex")
