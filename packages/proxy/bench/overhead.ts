import { type ChildProcess, fork } from "node:child_process"
import { Pool } from "undici"

// What the proxy costs against a bare node:http + undici forwarder, in one run: CPU time of each process per request,
// medians over interleaved rounds. node --conditions=@spillway/source packages/proxy/bench/overhead.ts [rounds]

const ROUNDS = Number(process.argv[2] ?? 7)
const WARM = 300
const REQUESTS = 1_500
const CONCURRENCIES = [1, 32]

interface Server {
  readonly port: number
  readonly child: ChildProcess
}

const start = async (...args: ReadonlyArray<string>): Promise<Server> => {
  const main = new URL("servers.ts", import.meta.url)
  const child = fork(main, args, { execArgv: ["--conditions=@spillway/source"] })
  const port = await new Promise<number>((resolve) => child.once("message", (port) => resolve(Number(port))))
  return { port, child }
}

const cpuMicros = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once("message", (micros) => resolve(Number(micros)))
    child.send("cpu")
  })

const prompt = "Customer: my parcel is three days late and the tracking page shows nothing new. ".repeat(24)
const bodyOf = (model: string, stream: boolean) =>
  JSON.stringify({
    model,
    messages: [{ role: "system", content: "Answer in one sentence." }, { role: "user", content: prompt }],
    temperature: 0.2,
    ...(stream ? { stream: true } : {})
  })

const send = (pool: Pool, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let last: Uint8Array = Buffer.alloc(0)
    let status = 0
    const headers = ["content-type", "application/json"]
    pool.dispatch({ method: "POST", path: "/v1/chat/completions", headers, body }, {
      onRequestStart: () => {},
      onResponseStart: (_, code) => {
        status = code
      },
      onResponseData: (_, chunk) => {
        last = chunk
      },
      onResponseEnd: () => status === 200 ? resolve() : reject(new Error(Buffer.from(last).toString())),
      onResponseError: (_, error) => reject(error)
    })
  })

const sendMany = async (pool: Pool, body: string, count: number, concurrency: number): Promise<void> => {
  let left = count
  const client = async (): Promise<void> => {
    while (left-- > 0) await send(pool, body)
  }
  await Promise.all(Array.from({ length: concurrency }, client))
}

/** CPU microseconds a request, after a warm-up: idle processes measure slow. */
const measure = async ({ child, port }: Server, body: string, concurrency: number): Promise<number> => {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency })
  await sendMany(pool, body, WARM, concurrency)
  const before = await cpuMicros(child)
  await sendMany(pool, body, REQUESTS, concurrency)
  const micros = await cpuMicros(child) - before
  await pool.close()
  return micros / REQUESTS
}

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const upstream = await start("upstream")
const origin = `http://127.0.0.1:${upstream.port}`
const bare = await start("bare", origin)
const spillway = await start("spillway", origin)

const CONTENDERS = [
  { name: "bare forwarder", server: bare, model: "economy" },
  { name: "pass-through (tier's name)", server: spillway, model: "economy" },
  { name: "routed, final answer", server: spillway, model: "spillway/route" },
  { name: "cascade, first answer accepted", server: spillway, model: "spillway/accept" }
]

/** Long enough for the compiler to have seen every path. */
const SETTLE = 6_000
for (const stream of [false, true]) {
  for (const { model, server } of CONTENDERS) {
    const pool = new Pool(`http://127.0.0.1:${server.port}`, { connections: 8 })
    await sendMany(pool, bodyOf(model, stream), SETTLE, 8)
    await pool.close()
  }
}

for (const stream of [false, true]) {
  console.log(`\n${stream ? "stream of 50 events in one burst" : "2 kB request, 1.1 kB answer"}`)
  console.log("CPU us/request".padEnd(34), ...CONCURRENCIES.map((c) => `at ${c}`.padStart(8)), "   x bare")
  const micros = new Map<string, number>()
  for (const concurrency of CONCURRENCIES) {
    const samples = CONTENDERS.map((): Array<number> => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, { model, server }] of CONTENDERS.entries()) {
        samples[i]!.push(await measure(server, bodyOf(model, stream), concurrency))
      }
    }
    for (const [i, { name }] of CONTENDERS.entries()) micros.set(`${name} ${concurrency}`, median(samples[i]!))
  }
  for (const { name } of CONTENDERS) {
    const figures = CONCURRENCIES.map((c) => micros.get(`${name} ${c}`)!)
    const ratios = CONCURRENCIES.map((c, i) => (figures[i]! / micros.get(`bare forwarder ${c}`)!).toFixed(2))
    console.log(name.padEnd(34), ...figures.map((f) => f.toFixed(0).padStart(8)), `   ${ratios.join(" / ")}`)
  }
}

for (const { child } of [upstream, bare, spillway]) child.disconnect()
