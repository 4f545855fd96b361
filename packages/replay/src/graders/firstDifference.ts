import { isObject } from "@spillway/domain"

const step = (path: string, name: string) => {
  if (!/^[^.[\]"]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === "" ? name : `${path}.${name}`
}

/**
 * Path of the first place where two JSON values differ, "" for the values themselves; undefined where they are equal.
 * Numbers compare by value, arrays by order, objects whatever the order of their fields.
 */
export const firstDifference = (found: unknown, expected: unknown, path = ""): string | undefined => {
  if (Array.isArray(found) && Array.isArray(expected)) {
    for (let i = 0; i < Math.max(found.length, expected.length); i++) {
      if (i >= found.length || i >= expected.length) return `${path}[${i}]`
      const difference = firstDifference(found[i], expected[i], `${path}[${i}]`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (isObject(found) && isObject(expected)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      if (!Object.hasOwn(found, name) || !Object.hasOwn(expected, name)) return step(path, name)
      const difference = firstDifference(found[name], expected[name], step(path, name))
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return found === expected ? undefined : path
}
