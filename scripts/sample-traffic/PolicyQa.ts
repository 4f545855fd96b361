import { EXPENSE_POLICY, makeClaim } from "./ExpensePolicy.ts"
import { makeReturn, RETURNS_POLICY } from "./ReturnsPolicy.ts"
import type { SampleTask } from "./SampleTask.ts"

const LETTERS = ["A", "B", "C", "D"]

export const policyQa: SampleTask = {
  task: "policy.qa",
  share: 13,
  skew: .9,
  write: (random, difficulty) => {
    const expenses = random.chance(.5)
    const question = (expenses ? makeClaim : makeReturn)(random, difficulty)
    const letter = LETTERS[question.right]!
    const options = question.options.map((option, i) => `${LETTERS[i]}) ${option}`)
    return {
      messages: [
        { role: "system", content: expenses ? EXPENSE_POLICY : RETURNS_POLICY },
        { role: "user", content: `${question.text}\n\n${options.join("\n")}` }
      ],
      parameters: { temperature: 0, max_tokens: 60 },
      reference: letter,
      right: [letter, `${letter}) ${question.options[question.right]}`, `The answer is ${letter}.`],
      wrong: LETTERS.filter((other) => other !== letter).map((other, i) => i === 0 ? other : `The answer is ${other}.`)
    }
  }
}
