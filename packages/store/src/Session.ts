import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api"
import { type BadInput, type Failure } from "@spillway/domain"
import { Context, Effect, Exit, Option, type Scope, Semaphore, Stream } from "effect"
import type { Database } from "./Open.ts"
import { attempt, fetchChunk, type Parameters, run } from "./Sql.ts"

type Fails = BadInput | Failure

interface Open {
  readonly database: Database
  /** One statement of the transaction at a time, where fibers share it. */
  readonly statement: Semaphore.Semaphore
}

/** The transaction that the running fiber is in. */
const Current = Context.Reference<Open | undefined>("@spillway/store/Session/Current", {
  defaultValue: () => undefined
})

/** Who may use which connection when: writes take turns, reads have their own, a transaction has all to itself. */
export interface Session {
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Fails, R>
  /** Runs a write in the current transaction, or in one of its own. */
  readonly write: <A, E>(use: (connection: DuckDBConnection) => Effect.Effect<A, E>) => Effect.Effect<A, E | Fails>
  /** Runs a read, within the current transaction if there is one. */
  readonly read: <A, E>(
    use: (connection: DuckDBConnection) => Effect.Effect<A, E, Scope.Scope>
  ) => Effect.Effect<A, E | Fails>
  /** Streams a query's chunks after `prepare` has made what it needs on the same connection. */
  readonly stream: <A>(
    prepare: (connection: DuckDBConnection) => Effect.Effect<
      { readonly doing: string; readonly sql: string; readonly parameters?: Parameters | undefined },
      Fails,
      Scope.Scope
    >,
    convert: (chunk: DuckDBDataChunk, names: ReadonlyArray<string>) => A
  ) => Stream.Stream<A, Fails>
}

export const makeSession = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<Session> {
  const { connect, writer } = database
  const turn = yield* Semaphore.make(1)
  const command = (sql: string) => run(writer, `writing ${database.path}`, sql)

  const current = Effect.map(Current, (open) => open?.database === database ? open : undefined)

  const begun = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Fails, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const statement = yield* Semaphore.make(1)
        yield* command("BEGIN")
        const exit = yield* Effect.exit(restore(Effect.provideService(effect, Current, { database, statement })))
        // A failed COMMIT has rolled back already, and then ROLLBACK says so.
        const ended = Exit.isSuccess(exit) ? command("COMMIT") : Effect.ignore(command("ROLLBACK"))
        yield* Effect.tapError(ended, () => Effect.ignore(command("ROLLBACK")))
        return yield* exit
      })
    )
  const transaction: Session["transaction"] = (effect) =>
    Effect.flatMap(current, (open) => open === undefined ? turn.withPermits(1)(begun(effect)) : effect)

  const write: Session["write"] = (use) =>
    transaction(Effect.flatMap(current, (open) => open!.statement.withPermits(1)(use(writer))))

  const read: Session["read"] = (use) =>
    Effect.flatMap(current, (open) =>
      open === undefined
        ? Effect.scoped(Effect.flatMap(connect, use))
        : open.statement.withPermits(1)(Effect.scoped(use(writer))))

  const stream: Session["stream"] = (prepare, convert) =>
    Stream.unwrap(Effect.gen(function*() {
      const open = yield* current
      const connection = open === undefined ? yield* connect : writer
      const start = Effect.flatMap(prepare(connection), ({ doing, parameters, sql }) =>
        Effect.map(
          // Between two chunks of a stream its connection must not be used, so a transaction reads the whole result.
          attempt(
            connection,
            doing,
            () => open === undefined ? connection.stream(sql, parameters) : connection.run(sql, parameters)
          ),
          (result) => ({ doing, result, names: result.columnNames() })
        ))
      const { doing, names, result } = yield* (open === undefined ? start : open.statement.withPermits(1)(start))
      return Stream.paginate(undefined, () =>
        Effect.map(
          attempt(connection, doing, () => fetchChunk(result)),
          (chunk) =>
            chunk === undefined
              ? [[], Option.none<undefined>()] as const
              : [[convert(chunk, names)], Option.some(undefined)] as const
        ))
    }))

  return { transaction, write, read, stream }
})
