import { type IncomingHttpHeaders, request } from "node:http"

/** What came over the socket until the answer ended, broke, or was left by the client. */
export interface Exchange {
  /** Settles with the status line and headers; undefined where the connection broke before them. */
  readonly head: Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders } | undefined>
  /** Settles when the answer is over: `broken` where the server ended it before its time. */
  readonly end: Promise<{ readonly body: string; readonly broken: boolean }>
  /** What has come so far. */
  readonly sofar: () => string
  /** Settles when the text so far contains `part`, or the answer is over. */
  readonly until: (part: string) => Promise<void>
  /** Closes the connection from the client's side. */
  readonly leave: () => void
}

/** Posts a JSON body over a socket of its own. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Exchange => {
  let text = ""
  const state = { over: false }
  const waiting: Array<() => void> = []
  const wake = () => waiting.splice(0).forEach((resume) => resume())
  const call = request(url, {
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json", ...headers }
  })
  const head = new Promise<Awaited<Exchange["head"]>>((resolve) => {
    call.once("response", (response) => resolve({ status: response.statusCode!, headers: response.headers }))
    call.once("error", () => resolve(undefined))
  })
  const end = new Promise<Awaited<Exchange["end"]>>((resolve) => {
    const finish = (broken: boolean) => {
      state.over = true
      wake()
      resolve({ body: text, broken })
    }
    call.once("response", (response) => {
      response.setEncoding("utf8")
      response.on("data", (part: string) => {
        text += part
        wake()
      })
      response.once("end", () => finish(false))
      response.once("error", () => finish(true))
    })
    call.once("error", () => finish(true))
  })
  call.end(JSON.stringify(body))
  return {
    head,
    end,
    sofar: () => text,
    until: async (part) => {
      while (!state.over && !text.includes(part)) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    leave: () => call.destroy()
  }
}

/** Payloads of server-sent events. */
export const payloads = (body: string): ReadonlyArray<string> =>
  body.split("\n\n").filter((event) => event.startsWith("data: ")).map((event) => event.slice("data: ".length))
