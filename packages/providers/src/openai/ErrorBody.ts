/** The body of an error answer in OpenAI's shape. */
export const errorBody = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, param: null, code }
})
