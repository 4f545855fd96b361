import type { EmbeddingModel } from "@spillway/domain"

/** What one run of embedding did, and how far the selected requests are embedded now. */
export interface EmbedReport extends EmbeddingModel {
  readonly run_id: string
  /** Values of a vector; 0 where there is none. */
  readonly dimensions: number
  readonly requests: number
  /** Requests with a vector. */
  readonly embedded: number
  /** Different prompts that this run embedded. */
  readonly added: number
  /** Different prompts without text, which have no vector. */
  readonly without_text: number
  /** Different prompts that the model refused, by the reason it gave. */
  readonly refused: Readonly<Record<string, number>>
  /** US dollars of this run; null where unknown. */
  readonly cost_usd: number | null
  readonly seconds: number
}
