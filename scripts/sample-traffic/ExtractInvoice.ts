import type { Random } from "./Random.ts"
import type { SampleTask } from "./SampleTask.ts"
import { CITIES, COMPANIES, fullName, MONTHS, PRODUCTS } from "./Vocabulary.ts"

/** The JSON Schema of an invoice, as the requests send it and the grader checks it. */
export const INVOICE_SCHEMA = {
  type: "object",
  properties: {
    vendor: { type: "string" },
    invoice_number: { type: "string" },
    invoice_date: { type: "string", format: "date" },
    due_date: { type: "string", format: "date" },
    currency: { type: "string", enum: ["EUR", "USD", "GBP", "CHF"] },
    tax: { type: "number" },
    total: { type: "number" },
    purchase_order: { type: ["string", "null"] }
  },
  required: ["vendor", "invoice_number", "invoice_date", "due_date", "currency", "tax", "total", "purchase_order"],
  additionalProperties: false
} as const

const SYSTEM = "Extract the invoice into JSON by the given schema. Dates are ISO 8601 (day before month where the " +
  "invoice writes 05/03/2026). `total` is the amount of this invoice with tax, before any earlier balance. " +
  "`purchase_order` is null where there is none."

const WORDS = {
  en: [
    "Invoice no.",
    "Invoice date",
    "Due date",
    "Subtotal",
    "Discount",
    "Shipping",
    "Tax",
    "Total",
    "PO number",
    "net"
  ],
  de: [
    "Rechnungsnummer",
    "Rechnungsdatum",
    "Fällig am",
    "Zwischensumme",
    "Rabatt",
    "Versand",
    "MwSt.",
    "Gesamtbetrag",
    "Ihre Bestellnr.",
    "netto"
  ],
  fr: [
    "Facture n°",
    "Date",
    "Échéance",
    "Sous-total",
    "Remise",
    "Livraison",
    "TVA",
    "Total TTC",
    "Bon de commande",
    "net"
  ]
} as const

const iso = (time: number) => new Date(time).toISOString().slice(0, 10)

const writeDate = (random: Random, time: number, difficulty: number) => {
  const [year, month, day] = iso(time).split("-") as [string, string, string]
  if (difficulty < .25) return `${year}-${month}-${day}`
  return random.pick([
    `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`,
    `${day}/${month}/${year}`,
    `${day}.${month}.${year.slice(difficulty > .7 ? 2 : 0)}`
  ])
}

const writeMoney = (cents: number, european: boolean) => {
  const [whole, rest] = (Math.abs(cents) / 100).toFixed(2).split(".") as [string, string]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, european ? "." : ",")
  return `${cents < 0 ? "-" : ""}${grouped}${european ? "," : "."}${rest}`
}

const swapDayAndMonth = (date: string) => {
  const [year, month, day] = date.split("-") as [string, string, string]
  return Number(day) <= 12 && day !== month
    ? `${year}-${day}-${month}`
    : `${year}-${month}-${day === "01" ? "02" : "01"}`
}

const transpose = (text: string) =>
  text.replace(/(\d)(\d)(?=\D*$)/, (_, a: string, b: string) => a === b ? `${a}${(Number(b) + 1) % 10}` : b + a)

export const extractInvoice: SampleTask = {
  task: "extract.invoice",
  share: 13,
  skew: 1,
  write: (random, difficulty) => {
    const language = random.chance(difficulty * .7) ? random.pick(["de", "fr"] as const) : "en"
    const [number, date, due, subtotal, discount, shipping, tax, total, order, net] = WORDS[language]
    const european = language !== "en"
    const issued = Date.UTC(2025, random.int(8, 11), random.int(1, 28))
    const netDays = random.pick([14, 21, 30, 45])
    const money = (cents: number) => writeMoney(cents, european)
    const items = Array.from({ length: 1 + random.about(difficulty, 11) }, () => {
      const quantity = random.int(1, 14)
      const price = random.int(399, 38_900)
      return { name: random.pick(PRODUCTS), quantity, price, sum: quantity * price }
    })
    const subtotalCents = items.reduce((sum, item) => sum + item.sum, 0)
    const discountCents = random.chance(difficulty - .1) ? -Math.round(subtotalCents * random.pick([.05, .1])) : 0
    const shippingCents = random.chance(difficulty) ? random.int(490, 4900) : 0
    const taxRate = random.pick([7, 19, 20, 21])
    const taxCents = Math.round((subtotalCents + discountCents + shippingCents) * taxRate / 100)
    const totalCents = subtotalCents + discountCents + shippingCents + taxCents
    const invoice = {
      vendor: random.pick(COMPANIES),
      invoice_number: `${random.pick(["INV-", "RE", "F-2025-", "2025/"])}${random.int(1000, 98_999)}`,
      invoice_date: iso(issued),
      due_date: iso(issued + netDays * 86_400_000),
      currency: random.pick(european ? ["EUR", "CHF", "EUR"] : ["USD", "GBP", "EUR"]),
      tax: taxCents / 100,
      total: totalCents / 100,
      purchase_order: random.chance(.55) ? `${random.pick(["PO-", "45000", "B/"])}${random.int(1000, 9999)}` : null
    }
    const gap = difficulty > .5 ? random.pick(["  |  ", "\t", " ....... "]) : ": "
    const dueText = difficulty > .45 && random.chance(difficulty)
      ? `${due}${gap}${net} ${netDays} ${european ? (language === "de" ? "Tage" : "jours") : "days"}`
      : `${due}${gap}${writeDate(random, issued + netDays * 86_400_000, difficulty)}`
    const balance = random.int(4000, 90_000)
    const lines = [
      invoice.vendor,
      `${random.int(2, 190)} ${random.pick(["Harbour Street", "Lindenallee", "Rue des Tanneurs", "Mill Lane"])}, ` +
      random.pick(CITIES),
      ...(difficulty > .35 ? [`Attn. ${fullName(random)}, ref. ${random.int(100_000, 999_999)}`] : []),
      `${number}${gap}${invoice.invoice_number}`,
      `${date}${gap}${writeDate(random, issued, difficulty)}`,
      ...(difficulty > .55
        ? [`Delivery / Lieferung${gap}${writeDate(random, issued - 5 * 86_400_000, difficulty)}`]
        : []),
      dueText,
      ...(invoice.purchase_order === null ? [] : [`${order}${gap}${invoice.purchase_order}`]),
      "",
      ...items.map((item) => `${item.quantity} x ${item.name}  ${money(item.price)}  ${money(item.sum)}`),
      "",
      `${subtotal}${gap}${money(subtotalCents)}`,
      ...(discountCents < 0 ? [`${discount}${gap}${money(discountCents)}`] : []),
      ...(shippingCents > 0 ? [`${shipping}${gap}${money(shippingCents)}`] : []),
      `${tax} ${taxRate} %${gap}${money(taxCents)}`,
      `${total} (${invoice.currency})${gap}${money(totalCents)}`,
      ...(difficulty > .6
        ? [
          `Previous balance (inv. ${random.int(1000, 9999)})${gap}${money(balance)}`,
          `Amount to transfer${gap}${money(balance + totalCents)}`
        ]
        : [])
    ]
    const fields = Object.entries(invoice)
    return {
      messages: [
        { role: "system", content: SYSTEM },
        { role: "user", content: lines.join("\n") }
      ],
      parameters: {
        temperature: 0,
        response_format: { type: "json_schema", json_schema: { name: "invoice", strict: true, schema: INVOICE_SCHEMA } }
      },
      reference: JSON.stringify(invoice),
      right: [
        JSON.stringify(invoice),
        JSON.stringify(invoice, null, 2),
        JSON.stringify(Object.fromEntries(fields.toReversed()))
      ],
      wrong: [
        { ...invoice, invoice_date: swapDayAndMonth(invoice.invoice_date) },
        {
          ...invoice,
          total: difficulty > .6 ? (balance + totalCents) / 100 : subtotalCents / 100,
          due_date: invoice.invoice_date
        },
        { ...invoice, invoice_number: transpose(invoice.invoice_number), tax: taxRate },
        Object.fromEntries(fields.filter(([name]) => name !== "due_date" && name !== "purchase_order"))
      ].map((mistake) => JSON.stringify(mistake))
    }
  }
}
