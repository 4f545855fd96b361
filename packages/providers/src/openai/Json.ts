import { isObject, type JsonObject } from "@spillway/domain"

/** The objects of an array; nothing for anything that is not an array. */
export const objectsOf = (value: unknown): ReadonlyArray<JsonObject> =>
  Array.isArray(value) ? value.filter(isObject) : []

/** `JSON.parse` that gives undefined for text that is not JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
