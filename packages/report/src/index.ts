export { qualityWord } from "./Format.ts"
export { renderHtml } from "./Html.ts"
export { renderMarkdown } from "./Markdown.ts"
export { type ReportOptions } from "./ReportDocument.ts"
