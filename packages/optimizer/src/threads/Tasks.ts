import { acceptorTask } from "../fit/Acceptors.ts"
import { acceptorAfterTask } from "../fit/AcceptorsAfter.ts"

/**
 * What threads can run: each function does item `i` of an input, and depends on nothing else. Inputs and outputs are plain
 * data, as they are copied from thread to thread, but for what lies in shared memory.
 */
export const tasks = {
  acceptor: acceptorTask,
  acceptorAfter: acceptorAfterTask
}

/** A task by its name: what is sent to a thread, as functions cannot be. */
export type TaskName = keyof typeof tasks
/** What a task reads, for all of its items. */
export type TaskInput<Name extends TaskName> = Parameters<(typeof tasks)[Name]>[0]
/** What comes of one item. */
export type TaskOutput<Name extends TaskName> = ReturnType<(typeof tasks)[Name]>

/** Does one item. */
export const runItem = <Name extends TaskName>(name: Name, input: TaskInput<Name>, i: number): TaskOutput<Name> => {
  const run = tasks[name] as (input: TaskInput<Name>, i: number) => TaskOutput<Name>
  return run(input, i)
}
